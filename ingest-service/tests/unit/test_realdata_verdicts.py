"""The comparison with others' expectations is as strict as it says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "realdata"))

from expectations import IN, OUT, Expected, Row
from platform_run import Ours, Stored
from verdicts import difference

EXPENSE, INCOME = frozenset({"expense"}), frozenset({"income"})


def stored(cents: int, direction: str, day: str = "2024-03-05") -> Stored:
    return Stored(cents, direction, f"{day}T04:21:00", day)


def ours(*rows: Stored, codes: frozenset[str] = frozenset(), ignored: tuple[str, ...] = ()) -> Ours:
    return Ours("succeeded", "toy", codes, ignored, stored=list(rows))


@pytest.mark.parametrize(
    ("expected", "differs"),
    [
        ([Row(2850, "2024-03-05", EXPENSE), Row(100, "2024-03-05T04:21:00", INCOME)], ""),
        ([Row(100), Row()], ""),
        ([Row(2850, None, OUT), Row(100, None, IN)], ""),
        ([Row(2850, None, IN), Row(100, None, IN)], "directions"),
        ([Row(2850, "2024-03-06"), Row(100)], "days"),
        ([Row(2850), Row(2850)], "amounts"),
        ([Row(2850)], "rows 2, expected 1"),
        # Each alone has a row that fits; together they have one.
        ([Row(100, None, INCOME), Row(100)], "amounts"),
    ],
)
def test_every_expected_row_needs_a_stored_row_of_its_own(
    expected: list[Row], differs: str
) -> None:
    found = difference(
        ours(stored(2850, "expense"), stored(100, "income")), Expected(rows=expected)
    )
    assert found.partition(" (")[0] == differs


@pytest.mark.parametrize(
    ("codes", "differs"),
    [
        ({"time-invalid", "all-rows-failed"}, ""),
        ({"amount-invalid"}, "refused for another reason (amount-invalid)"),
        (set(), "read, refusal expected"),
    ],
)
def test_a_refusal_agrees_for_the_same_reason_only(codes: set[str], differs: str) -> None:
    refused = ours(codes=frozenset(codes))
    assert difference(refused, Expected(error="ErrTransactionTimeInvalid")) == differs


def test_a_row_of_which_nothing_is_told_may_be_an_ignored_balance() -> None:
    expected = Expected(rows=[Row(), Row(100)])
    assert difference(ours(stored(100, "expense"), ignored=("balance-row",)), expected) == ""
    assert difference(ours(stored(100, "expense")), expected).startswith("rows 1, expected 2")
