import pytest
from factories import PASSWORD, Person, Site, problem_of

from servicekit.contracts import assert_matches_contract


def test_users_are_listed_for_administrators_only(admin: Person, person: Person) -> None:
    listed = admin.get("/auth/users")

    assert_matches_contract(listed, "auth/users")
    assert {item["email"] for item in listed["items"]} == {
        "admin@example.com",
        "zhang.wei@example.com",
    }
    assert problem_of(person.call("GET", "/auth/users")) == (403, "forbidden")


def test_the_list_is_paged(site: Site, admin: Person) -> None:
    for number in range(3):
        site.newcomer(f"person{number}@example.com")

    first = admin.get("/auth/users?limit=2")
    second = admin.get(f"/auth/users?limit=2&cursor={first['next_cursor']}")

    ids = [int(item["id"]) for item in first["items"] + second["items"]]
    assert ids == sorted(set(ids))
    assert (len(ids), second["next_cursor"]) == (4, None)


def test_disabling_an_account_ends_its_sessions(admin: Person, person: Person) -> None:
    answer = admin.call("PATCH", f"/auth/users/{person.id}", json={"status": "disabled"})

    assert_matches_contract(answer.get_json(), "auth/me")
    assert answer.get_json()["status"] == "disabled"
    assert problem_of(person.call("GET", "/auth/me")) == (401, "unauthenticated")
    assert problem_of(person.refresh()) == (401, "refresh-invalid")


def test_a_promotion_takes_hold_at_the_next_sign_in(admin: Person, person: Person) -> None:
    admin.call("PATCH", f"/auth/users/{person.id}", json={"role": "admin"})
    person.login()

    assert person.call("GET", "/auth/users").status_code == 200


def test_a_demoted_administrator_loses_the_right_at_once(site: Site, admin: Person) -> None:
    second = site.newcomer("second@example.com")
    site.promote(second)
    second.login()
    admin.call("PATCH", f"/auth/users/{second.id}", json={"role": "user"})

    assert second.call("GET", "/auth/users").status_code == 401


def test_no_change_ends_no_session(admin: Person, person: Person) -> None:
    admin.call("PATCH", f"/auth/users/{person.id}", json={"role": "user", "status": "active"})

    assert person.refresh().status_code == 200


@pytest.mark.parametrize("change", [{"role": "user"}, {"status": "disabled"}])
def test_the_last_administrator_remains(admin: Person, change: dict[str, str]) -> None:
    answer = admin.call("PATCH", f"/auth/users/{admin.id}", json=change)

    assert problem_of(answer) == (409, "conflict")
    assert admin.call("GET", "/auth/users").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/auth/users/999", {"role": "user"}, 404),
        ("/auth/users/x", {"role": "user"}, 404),
        ("/auth/users/1", {"role": "king"}, 422),
        ("/auth/users/1", {"password": PASSWORD}, 422),
        ("/auth/users/99999999999999999999", {"role": "user"}, 404),
    ],
)
def test_bad_changes_are_refused(
    admin: Person, path: str, body: dict[str, str], status: int
) -> None:
    assert admin.call("PATCH", path, json=body).status_code == status


def test_administrators_see_the_sign_ins_of_others(admin: Person, person: Person) -> None:
    items = admin.get(f"/auth/login-logs?user_id={person.id}")["items"]

    assert {item["user_id"] for item in items} == {person.id}
