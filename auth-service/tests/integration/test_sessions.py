import threading

import pytest
from conftest import MovableClock
from factories import PASSWORD, Person, Site, problem_of

from servicekit.contracts import assert_matches_contract


def test_a_refresh_rotates_the_cookie(person: Person) -> None:
    before = person.cookie

    answer = person.refresh()

    assert_matches_contract(answer.get_json(), "auth/login")
    assert person.cookie
    assert person.cookie != before


def test_without_a_cookie_there_is_nothing_to_refresh(site: Site) -> None:
    assert problem_of(site.visitor().refresh()) == (401, "refresh-invalid")


def test_a_made_up_cookie_is_refused(site: Site) -> None:
    visitor = site.visitor()
    visitor.cookie = "made-up"

    assert problem_of(visitor.refresh()) == (401, "refresh-invalid")


def test_two_tabs_may_refresh_at_the_same_time(person: Person, clock: MovableClock) -> None:
    shared = person.cookie
    assert person.refresh().status_code == 200
    first = person.cookie
    person.cookie = shared
    clock.advance(seconds=9)

    assert person.refresh().status_code == 200
    person.cookie = first
    assert person.refresh().status_code == 200


def test_a_stolen_old_token_ends_the_whole_session(person: Person, clock: MovableClock) -> None:
    stolen = person.cookie
    person.refresh()
    newest = person.cookie
    clock.advance(seconds=11)

    person.cookie = stolen
    assert problem_of(person.refresh()) == (401, "refresh-invalid")
    person.cookie = newest
    assert problem_of(person.refresh()) == (401, "refresh-invalid")
    assert problem_of(person.call("GET", "/auth/me")) == (401, "unauthenticated")


def test_reuse_ends_one_session_and_not_the_others(
    site: Site, person: Person, clock: MovableClock
) -> None:
    phone = site.visitor(person.identifier)
    phone.login()
    stolen = person.cookie
    person.refresh()
    clock.advance(seconds=11)
    person.cookie = stolen
    person.refresh()

    assert phone.refresh().status_code == 200


def test_a_session_lives_as_long_as_it_is_used(person: Person, clock: MovableClock) -> None:
    for _ in range(3):
        clock.advance(days=29)
        assert person.refresh().status_code == 200
    clock.advance(days=30, seconds=1)

    assert problem_of(person.refresh()) == (401, "refresh-invalid")


def test_refreshing_from_many_threads_never_ends_the_session(site: Site, person: Person) -> None:
    shared = person.cookie
    statuses: list[int] = []

    def refresh() -> None:
        tab = site.visitor()
        tab.cookie = shared
        statuses.append(tab.refresh().status_code)

    threads = [threading.Thread(target=refresh) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 6


def test_logout_ends_this_session_only(site: Site, person: Person) -> None:
    phone = site.visitor(person.identifier)
    phone.login()
    kept = person.cookie

    assert person.call("POST", "/auth/logout").status_code == 204
    assert person.cookie == ""
    assert problem_of(person.call("GET", "/auth/me")) == (401, "unauthenticated")
    person.cookie = kept
    assert problem_of(person.refresh()) == (401, "refresh-invalid")
    assert phone.refresh().status_code == 200


def test_logout_everywhere_ends_all(site: Site, person: Person) -> None:
    phone = site.visitor(person.identifier)
    phone.login()

    assert person.call("POST", "/auth/logout?all=true").status_code == 204
    assert problem_of(phone.refresh()) == (401, "refresh-invalid")


def test_logging_out_twice_is_no_error(person: Person) -> None:
    assert person.call("POST", "/auth/logout").status_code == 204
    assert person.call("POST", "/auth/logout").status_code == 204


def test_sessions_are_listed_and_one_can_be_ended(site: Site, person: Person) -> None:
    phone = site.visitor(person.identifier)
    phone.login()

    listed = person.get("/auth/sessions")

    assert_matches_contract(listed, "auth/sessions")
    assert sorted(item["current"] for item in listed["items"]) == [False, True]
    other = next(item["id"] for item in listed["items"] if not item["current"])
    assert person.call("DELETE", f"/auth/sessions/{other}").status_code == 204
    assert len(person.get("/auth/sessions")["items"]) == 1
    assert problem_of(phone.refresh()) == (401, "refresh-invalid")


def test_anothers_session_does_not_exist(site: Site, person: Person) -> None:
    stranger = site.newcomer("li@example.com")
    theirs = stranger.get("/auth/sessions")["items"][0]["id"]

    assert problem_of(person.call("DELETE", f"/auth/sessions/{theirs}")) == (404, "not-found")
    assert stranger.refresh().status_code == 200


def test_a_new_password_ends_the_other_sessions(site: Site, person: Person) -> None:
    phone = site.visitor(person.identifier)
    phone.login()

    answer = person.call(
        "POST", "/auth/me/password", json={"old": PASSWORD, "new": "another-horse-99"}
    )

    assert answer.status_code == 204
    assert problem_of(phone.refresh()) == (401, "refresh-invalid")
    assert person.refresh().status_code == 200
    assert problem_of(person.login()) == (401, "invalid-credentials")
    assert person.login(password="another-horse-99").status_code == 200


@pytest.mark.parametrize(
    ("body", "slug", "code"),
    [
        ({"old": "wrong", "new": "another-horse-99"}, "validation-failed", "wrong-password"),
        ({"old": PASSWORD, "new": "12345678"}, "weak-password", "too-common"),
    ],
)
def test_a_bad_change_of_password_changes_nothing(
    person: Person, body: dict[str, str], slug: str, code: str
) -> None:
    answer = person.call("POST", "/auth/me/password", json=body)

    assert problem_of(answer) == (422, slug)
    assert answer.get_json()["errors"][0]["code"] == code
    assert person.login().status_code == 200


def test_old_sessions_are_swept_at_the_next_sign_in(
    site: Site, person: Person, clock: MovableClock
) -> None:
    person.refresh()
    clock.advance(days=40)
    person.login()

    with site.engine.connect() as connection:
        sessions = connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar()
        tokens = connection.exec_driver_sql("SELECT count(*) FROM refresh_tokens").scalar()
    assert (sessions, tokens) == (1, 1)


def test_no_secret_is_stored_in_the_clear(site: Site, person: Person) -> None:
    with site.engine.connect() as connection:
        dump = "\n".join(
            str(row)
            for table in ("users", "sessions", "refresh_tokens", "login_logs", "rate_limits")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608
        )
    assert PASSWORD not in dump
    assert person.cookie not in dump
    assert person.access_token not in dump
