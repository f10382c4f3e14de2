"""Rows of one number are matched again without a file, by the rules of an import."""

from __future__ import annotations

from typing import Any

from ingest_service.domain.pairing import Told, pair
from ingest_service.domain.replay import Telling, homes, identity_of, replay
from ingest_service.domain.versions import VERSION_COLUMNS

DAY_S = 86_400


def version(day: int, amount_minor: int, **other: Any) -> dict[str, Any]:
    empty = dict.fromkeys(VERSION_COLUMNS, "") | {
        "lat": None, "lon": None, "stated_refund_minor": 0, "closed": 0, "pending": 0,
        "occurrence": 0, "direction": "expense", "category_source": "default",
    }  # fmt: skip
    told = {"time": day * DAY_S, "amount_minor": amount_minor, "merchant": "丙"}
    return empty | told | {"fingerprint": f"{day}/{amount_minor}"} | other


def telling(place: int, home: int, told: dict[str, Any]) -> Telling:
    return Telling(place, place, home, told)


def row(at: int, day: int, *, amount_minor: int = 100, is_open: bool = False) -> Told:
    return Told(at, day * DAY_S, amount_minor, 0, "丙", is_open)


def test_what_was_open_is_paired_in_order_of_time_whatever_the_order_of_the_file() -> None:
    stored = [row(11, 5, is_open=True), row(10, 3, is_open=True)]
    told = [row(1, 40), row(0, 4)]
    assert pair(told, stored, taken=()) == pair(told[::-1], stored[::-1], taken=())
    assert pair(told, stored, taken=()) == {0: 10, 1: 11}
    assert pair(told, stored, taken={10}) == {0: 11}


def test_equal_times_are_paired_in_order_of_amounts() -> None:
    stored = [row(11, 3, amount_minor=200, is_open=True), row(10, 3, is_open=True)]
    told = [row(0, 3, amount_minor=210), row(1, 3, amount_minor=110)]
    assert pair(told, stored, taken=()) == {1: 10, 0: 11}


def test_a_settled_row_changes_a_little_only_where_it_is_alone_near_by() -> None:
    assert pair([row(0, 5)], [row(10, 3)], taken=()) == {0: 10}
    assert pair([row(0, 5)], [row(10, 3), row(11, 40)], taken=()) == {0: 10}
    assert pair([row(0, 5)], [row(10, 3), row(11, 4)], taken={11}) == {}
    assert pair([row(0, 5), row(1, 6)], [row(10, 3)], taken=()) == {}
    assert pair([row(0, 11)], [row(10, 3)], taken=()) == {}


def test_tellings_part_where_the_file_that_joined_them_is_gone() -> None:
    early, late = version(6, 3000), version(8, 3100)
    told = [telling(1, 7, late), telling(3, 7, early), telling(3, 9, late)]
    rows = replay(told)
    assert [[t.home for t in found.tellings] for found in rows] == [[7, 9], [7]]
    standing = {7: identity_of(early), 9: identity_of(late)}
    assert homes(rows, standing) == [9, 7]


def test_a_row_without_a_home_needs_a_new_one() -> None:
    rows = replay([telling(1, 7, version(6, 3000)), telling(2, 7, version(60, 3000))])
    assert homes(rows, {7: ("other", 0)}) == [7, None]


def test_the_fee_of_a_transfer_settles_nothing() -> None:
    pending = version(5, 9_900, pending=1)
    fee = version(6, 50, note="手续费", category_source="rule")
    told = [telling(1, 7, pending), telling(2, 8, fee), telling(2, 7, version(6, 9_950))]
    assert [len(found.tellings) for found in replay(told)] == [2, 1]
