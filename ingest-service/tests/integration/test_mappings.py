"""Tables that nobody knows: asked about, shown, imported, remembered."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import factories as f
import pytest
from fakes import Client, Clock

from servicekit.contracts import assert_matches_contract

# Known headers, but no date tells day from month, and no sign tells spending from income.
CARD = [
    ["Kartenumsätze", "", ""],
    ["Wann", "Wer", "Wieviel"],
    ["05.03.2024", "Bäckerei Kornblume", "3,20"],
    ["06.03.2024", "Buchladen am Eck", "1.024,90"],
    ["07.03.2024", "Rückgabe Buchladen", "-24,90"],
]
LATER = [
    *CARD[:2],
    ["08.04.2024", "Bäckerei Kornblume", "4,80"],
    ["09.04.2024", "Kino Lichtblick", "11,00"],
]


def asked(client: Client, lines: list[list[str]] = CARD) -> str:
    record = client.import_file(f.table_csv(lines))
    assert record["status"] == "needs_mapping"
    return str(record["id"])


def preview(client: Client, import_id: str) -> Any:
    return client.json(f"/data/imports/{import_id}/preview")


def tried(client: Client, import_id: str, mapping: Any) -> Any:
    answer = client.call("POST", f"/data/imports/{import_id}/preview", json={"mapping": mapping})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def applied(client: Client, import_id: str, mapping: Any, *, remember: bool = False) -> Any:
    answer = client.call(
        "POST",
        f"/data/imports/{import_id}/mapping",
        json={"mapping": mapping, "remember": remember},
    )
    assert answer.status_code == 202, answer.get_data(as_text=True)
    assert_matches_contract(answer.get_json(), "ingest/import_accepted")
    client.work()
    return client.json(f"/data/imports/{import_id}")


def test_an_unknown_table_is_asked_about_and_shown(client: Client) -> None:
    shown = preview(client, asked(client))
    assert_matches_contract(shown, "ingest/import_preview")
    assert [column["name"] for column in shown["columns"]] == ["Wann", "Wer", "Wieviel"]
    assert shown["header_row"] == 2
    mapping = shown["mapping"]
    used = {role: at for role, at in mapping["columns"].items() if at is not None}
    assert used == {"time": 0, "merchant": 1, "amount": 2}
    assert (mapping["date_order"], mapping["decimal"]) == ("dmy", ",")
    assert {"date_order", "sign", "amount"} <= set(shown["doubts"])
    assert [(row["row"], row["amount"], row["direction"]) for row in shown["rows"]] == [
        (3, "3.20", "expense"), (4, "1024.90", "expense"), (5, "24.90", "income"),
    ]  # fmt: skip
    assert shown["rows"][1]["raw"] == {"time": "06.03.2024", "amount": "1.024,90"}
    assert client.expenses() == []


def test_another_mapping_shows_other_rows_and_their_errors(client: Client) -> None:
    import_id = asked(client)
    mapping = preview(client, import_id)["mapping"]
    american = tried(
        client, import_id, {**mapping, "date_order": "mdy", "sign": "expense_negative"}
    )
    assert [row["time"][:10] for row in american["rows"]] == [
        "2024-05-02",
        "2024-06-02",
        "2024-07-02",
    ]
    assert [row["direction"] for row in american["rows"]] == ["income", "income", "expense"]
    pointed = tried(client, import_id, {**mapping, "decimal": "."})
    assert [row["error"] and row["error"]["code"] for row in pointed["rows"]] == [
        "amount-invalid", "amount-invalid", "amount-invalid",
    ]  # fmt: skip
    assert "3,20" in pointed["rows"][0]["error"]["detail"]
    assert preview(client, import_id)["mapping"] == mapping


def test_what_was_shown_is_what_is_stored(client: Client) -> None:
    import_id = asked(client)
    shown = preview(client, import_id)
    record = applied(client, import_id, shown["mapping"])
    assert (record["status"], record["profile"], record["rows_success"]) == (
        "succeeded",
        "mapped",
        3,
    )
    stored = client.expenses(sort="time")
    for row, kept in zip(shown["rows"], stored, strict=True):
        assert {
            name: row[name] for name in ("time", "amount", "currency", "direction", "merchant")
        } == {name: kept[name] for name in ("time", "amount", "currency", "direction", "merchant")}
    assert {row["source"] for row in stored} == {"mapped"}


def test_all_rows_take_the_chosen_category(client: Client) -> None:
    import_id = asked(client)
    travel = next(c for c in client.json("/categories")["items"] if c["code"] == "travel")
    mapping = {**preview(client, import_id)["mapping"], "category_id": travel["id"]}
    assert {row["category"] for row in tried(client, import_id, mapping)["rows"]} == {
        travel["path"]
    }
    applied(client, import_id, mapping)
    assert {(row["category_id"], row["category_source"]) for row in client.expenses()} == {
        (travel["id"], "user")
    }


def test_a_remembered_mapping_is_used_without_asking(client: Client, clock: Clock) -> None:
    import_id = asked(client)
    applied(client, import_id, preview(client, import_id)["mapping"], remember=True)
    clock.now += dt.timedelta(days=30)
    later = client.import_file(f.table_csv(LATER))
    assert (later["status"], later["rows_success"]) == ("succeeded", 2)
    kept = client.json("/data/mappings")
    assert_matches_contract(kept, "ingest/mappings")
    (one,) = kept["items"]
    assert one["header"] == ["Wann", "Wer", "Wieviel"]
    assert (one["created_at"][:10], one["used_at"][:10]) == ("2024-06-01", "2024-07-01")


def test_others_are_asked_and_cannot_forget_it(client: Client) -> None:
    import_id = asked(client)
    applied(client, import_id, preview(client, import_id)["mapping"], remember=True)
    (one,) = client.json("/data/mappings")["items"]
    stranger = client.as_user("2")
    assert stranger.json("/data/mappings")["items"] == []
    assert stranger.call("DELETE", f"/data/mappings/{one['id']}").status_code == 404
    assert stranger.get(f"/data/imports/{import_id}/preview").status_code == 404
    assert stranger.import_file(f.table_csv(LATER))["status"] == "needs_mapping"
    assert client.call("DELETE", f"/data/mappings/{one['id']}").status_code == 204
    assert client.json("/data/mappings")["items"] == []
    assert client.import_file(f.table_csv(LATER))["status"] == "needs_mapping"


def test_a_remembered_mapping_that_no_longer_fits_asks_again(client: Client) -> None:
    import_id = asked(client)
    applied(client, import_id, preview(client, import_id)["mapping"], remember=True)
    american = [*CARD[:2], ["04/13/2024", "Kino Lichtblick", "11.00"]]
    record = client.import_file(f.table_csv(american))
    assert record["status"] == "needs_mapping"
    mapping = preview(client, record["id"])["mapping"]
    assert (mapping["date_order"], mapping["decimal"]) == ("mdy", ".")
    assert mapping["columns"]["merchant"] == 1


def test_a_table_without_a_header_is_told_again_by_its_columns(client: Client) -> None:
    rows = [
        ["18.09.2023", "HOFLADEN 0527", "18.09.2023", "-33,87", "EUR", ""],
        ["19.09.2023", "Gehalt September", "19.09.2023", "2.000,00", "EUR", ""],
    ]
    import_id = asked(client, rows)
    shown = preview(client, import_id)
    assert (shown["header_row"], shown["rows"][0]["currency"]) == (0, "EUR")
    assert {column["name"] for column in shown["columns"]} == {""}
    record = applied(client, import_id, shown["mapping"], remember=True)
    assert (record["status"], record["rows_success"]) == ("succeeded", 2)
    more = [["20.10.2023", "Kiosk", "20.10.2023", "-5,10", "EUR", "Karte"]]
    assert client.import_file(f.table_csv(more))["status"] == "succeeded"
    assert client.json("/data/mappings")["items"][0]["header"] == []


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"columns": {"time": 9, "amount": 2}}, "/mapping/columns/time", "mapping-column-unknown"),
        ({"columns": {"amount": 2}}, "/mapping/columns/time", "mapping-time-missing"),
        ({"columns": {"time": 0}}, "/mapping/columns/amount", "mapping-amount-missing"),
        ({"columns": {"time": 0, "amount": 2, "amount_in": 1}}, "/mapping/columns/amount",
         "mapping-amount-twice"),
        ({"columns": {"time": 0, "amount": 0}}, "/mapping/columns/time", "mapping-column-twice"),
        ({"sign": "by_direction"}, "/mapping/columns/direction", "mapping-direction-missing"),
        ({"category_id": "999999"}, "/mapping/category_id", "mapping-category-unknown"),
        ({"header_row": 99}, "/mapping/header_row", "mapping-header-unknown"),
        ({"notes": [7]}, "/mapping/notes", "mapping-column-unknown"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_used_is_refused_with_its_place(
    client: Client, change: Any, pointer: str, code: str
) -> None:
    import_id = asked(client)
    mapping = {**preview(client, import_id)["mapping"], **change}
    for reader, path in ((client, "mapping"), (client.as_user("1", locale="en"), "mapping")):
        answer = reader.call("POST", f"/data/imports/{import_id}/{path}", json={"mapping": mapping})
        assert answer.status_code == 422
        errors = {error["pointer"]: error for error in answer.get_json()["errors"]}
        assert errors[pointer]["code"] == code
        assert errors[pointer]["detail"] != code
    assert client.json(f"/data/imports/{import_id}")["status"] == "needs_mapping"


def test_shapes_are_checked_before_the_table(client: Client) -> None:
    import_id = asked(client)
    mapping = preview(client, import_id)["mapping"]
    for change in ({"sign": "both"}, {"columns": {"when": 0}}, {"currency": "euro"}, {"x": 1}):
        answer = client.call(
            "POST", f"/data/imports/{import_id}/mapping", json={"mapping": {**mapping, **change}}
        )
        assert answer.status_code == 422, change


def test_only_an_import_that_waits_takes_a_mapping(client: Client) -> None:
    record = client.import_file(f.table_csv([["时间", "金额"], ["2024-03-05", "5"]]))
    mapping = {"columns": {"time": 0, "amount": 1}}
    body = {"mapping": mapping}
    assert client.get(f"/data/imports/{record['id']}/preview").status_code == 409
    for path in ("preview", "mapping"):
        answer = client.call("POST", f"/data/imports/{record['id']}/{path}", json=body)
        assert answer.status_code == 409
    assert client.call("POST", "/data/imports/999/mapping", json=body).status_code == 404


def test_a_mapping_in_the_upload_goes_straight_on(client: Client) -> None:
    mapping = {
        "columns": {"time": "Wann", "amount": "Wieviel", "merchant": "Wer"},
        "date_order": "dmy", "decimal": ",", "source": "Meine Karte", "currency": "EUR",
    }  # fmt: skip
    record = client.import_file(f.table_csv(CARD), mapping=json.dumps(mapping))
    assert (record["status"], record["rows_success"]) == ("succeeded", 3)
    rows = client.expenses(sort="time")
    assert [(row["amount"], row["currency"], row["source"]) for row in rows][1:] == [
        ("1024.90", "EUR", "Meine Karte"), ("24.90", "EUR", "Meine Karte"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "pointer"),
    [("{", "/mapping"), ('{"columns": {"time": -1}}', "/mapping/columns/time"),
     ('{"columns": {"time": 0}}', "/mapping/columns/amount"), ("[]", "/mapping")],
)  # fmt: skip
def test_a_mapping_in_the_upload_is_checked_at_once(
    client: Client, text: str, pointer: str
) -> None:
    answer = client.upload(f.table_csv(CARD), mapping=text)
    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in answer.get_json()["errors"]}
    assert client.json("/data/imports")["items"] == []


def test_a_mapping_of_columns_that_are_not_there_is_asked_about(client: Client) -> None:
    mapping = json.dumps({"columns": {"time": "Datum", "amount": "Betrag"}})
    assert client.import_file(f.table_csv(CARD), mapping=mapping)["status"] == "needs_mapping"


def test_the_same_bytes_again_go_on_with_the_import_that_waits(client: Client) -> None:
    import_id = asked(client)
    mapping = preview(client, import_id)["mapping"]
    again = client.import_file(f.table_csv(CARD))
    assert (again["id"], again["status"]) == (import_id, "needs_mapping")
    answered = client.import_file(f.table_csv(CARD), mapping=json.dumps(mapping))
    assert (answered["id"], answered["status"]) == (import_id, "succeeded")


def test_a_dry_run_is_asked_about_too_and_stores_nothing(client: Client) -> None:
    record = client.import_file(f.table_csv(CARD), dry_run="true")
    mapping = preview(client, record["id"])["mapping"]
    done = applied(client, record["id"], mapping)
    assert (done["status"], done["rows_success"]) == ("succeeded", 3)
    assert client.expenses() == []


def test_the_failed_rows_of_a_mapped_table_are_repaired_by_its_mapping(client: Client) -> None:
    import_id = asked(client, [*CARD, ["31.02.2024", "Kino", "9,00"]])
    record = applied(client, import_id, preview(client, import_id)["mapping"])
    assert (record["rows_success"], record["rows_failed"]) == (3, 1)
    file = client.get(record["error_report_url"], headers={"Accept": "text/csv"}).get_data()
    mended = client.import_file(file.replace(b"31.02.2024", b"29.02.2024"))
    assert (mended["repair_of"], mended["rows_success"]) == (import_id, 1)
    assert client.expenses(sort="time")[0]["local_date"] == "2024-02-29"


def test_a_footer_and_a_line_between_header_and_rows_are_left_out(client: Client) -> None:
    lines = [*CARD[:2], ["", "Anfang", ""], *CARD[2:], ["", "Summe aller", "1.003,20"]]
    import_id = asked(client, lines)
    mapping = {**preview(client, import_id)["mapping"], "first_row": 4, "footer_rows": 1}
    assert [row["row"] for row in tried(client, import_id, mapping)["rows"]] == [4, 5, 6]
    record = applied(client, import_id, mapping)
    assert (record["rows_total"], record["rows_success"]) == (3, 3)


def test_a_wait_can_be_ended_by_undo(client: Client) -> None:
    import_id = asked(client)
    assert client.call("DELETE", f"/data/imports/{import_id}").status_code == 202
    client.work()
    assert client.json(f"/data/imports/{import_id}")["status"] == "undone"
    assert client.get(f"/data/imports/{import_id}/preview").status_code == 409


def test_dates_far_below_prove_the_order_for_all(client: Client) -> None:
    lines = [["Date", "Amount"], *[[f"0{day % 9 + 1}/02/2024", "5.00"] for day in range(150)]]
    assert client.import_file(f.table_csv(lines))["status"] == "needs_mapping"
    proved = client.import_file(f.table_csv([*lines, ["29/02/2024", "6.00"]]))
    assert (proved["status"], proved["rows_success"]) == ("succeeded", 151)
    assert {row["local_date"][5:7] for row in client.expenses()} == {"02"}


def test_every_sheet_with_the_mapped_header_is_read(client: Client) -> None:
    header = ["Wann", "Wer", "Wieviel"]
    sheets = {
        "März": [["Konto 7"], header, ["05.03.2024", "Kino", "11,00"]],
        "April": [header, ["06.04.2024", "Bäckerei", "3,20"], ["07.04.2024", "Kiosk", "2,10"]],
        "Hinweise": [["Alle Angaben ohne Gewähr"]],
    }
    record = client.import_file(f.workbook(sheets), "konto.xlsx")
    assert record["status"] == "needs_mapping"
    done = applied(client, record["id"], preview(client, record["id"])["mapping"], remember=True)
    assert (done["status"], done["rows_success"]) == ("succeeded", 3)


def test_dates_and_numbers_of_a_workbook_are_guessed_as_what_they_are(client: Client) -> None:
    lines = [["Wann", "Wer", "Wieviel"], [dt.datetime(2024, 3, 5, 12, 21), "Kino", 11.5],  # noqa: DTZ001 - a cell
             [dt.datetime(2024, 3, 6, 8, 0), "Bäckerei", 3.25]]  # fmt: skip # noqa: DTZ001
    record = client.import_file(f.workbook({"Blatt": lines}), "konto.xlsx")
    shown = preview(client, record["id"])
    assert [(row["time"], row["amount"]) for row in shown["rows"]] == [
        ("2024-03-05T04:21:00Z", "11.50"), ("2024-03-06T00:00:00Z", "3.25"),
    ]  # fmt: skip
