"""Whether ours agrees with what is expected, and in what it differs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from expectations import Expected, Row
from platform_run import Ours, Stored

_NOTHING_FOUND = {"no-transactions", "not-recognised", "needs_mapping", "unsupported-content"}
_NO_HEADER = {"not-recognised", "needs_mapping", "unsupported-content"}
MATCHING_CODES = {
    "ErrNotFoundTransactionDataInFile": _NOTHING_FOUND,
    "ErrInvalidFileHeader": _NO_HEADER,
    "ErrMissingRequiredFieldInHeaderRow": _NO_HEADER,
    "ErrTransactionTimeInvalid": {"time-invalid", "time-ambiguous", "time-out-of-range"},
    "ErrTransactionTimeZoneInvalid": {"time-invalid"},
    "ErrMissingTransactionTime": {"time-missing"},
    "ErrAmountInvalid": {"amount-invalid", "amount-missing"},
    "ErrAccountCurrencyInvalid": {"currency-invalid"},
    "ErrTransactionTypeInvalid": {"direction-invalid"},
    "ErrGeographicLocationInvalid": {"latitude-invalid", "longitude-invalid"},
    "ErrMissingAccountData": {"account-missing"},
    "ErrRelatedIdCannotBeBlank": {"transfer-unpaired"},
    "ErrFoundRecordNotHasRelatedRecord": {"transfer-unpaired"},
    # Theirs refuses the line of which ours names the field.
    "ErrInvalidMT940File": {"document-unreadable", "not-recognised", "amount-invalid"},
    "ErrInvalidOFXFile": {"document-unreadable", "not-recognised"},
    "no statement": {"not-recognised", "needs_mapping", "no-transactions"},
    "dates destroyed": {"not-recognised", "needs_mapping", "time-invalid"},
    # ofxparse only says that it must not be read without a word.
    "named errors": {"time-missing", "time-invalid", "amount-invalid", "amount-missing"},
}
"""Which of our codes say the same as an error of theirs: of the file, or of a row."""


def difference(ours: Ours, expected: Expected) -> str:
    """What differs, "" where everything that is told agrees."""
    if expected.error is not None:
        return _error_difference(ours, expected.error)
    expected = _without_balances(ours, expected)
    if not ours.stored and expected.rows:
        return f"not read ({', '.join(sorted(ours.codes)) or ours.status})"
    if len(ours.stored) != len(expected.rows):
        return f"rows {len(ours.stored)}, expected {len(expected.rows)}{_sums(ours, expected)}"
    if _all_matched(expected.rows, ours.stored):
        return ""
    kept = {
        "amounts": [Row(row.cents) for row in expected.rows],
        "days": [Row(row.cents, row.moment) for row in expected.rows],
        "directions": [Row(row.cents, None, row.directions) for row in expected.rows],
    }
    wrong = [name for name, rows in kept.items() if not _all_matched(rows, ours.stored)]
    if "amounts" in wrong:
        wrong = ["amounts"]
    return (", ".join(wrong) or "rows") + _sums(ours, expected)


def _without_balances(ours: Ours, expected: Expected) -> Expected:
    """Without rows of which nothing is told, as far as ours ignores that many as balances."""
    spare = ours.ignored.count("balance-row")
    rows = []
    for row in expected.rows:
        if row == Row() and spare:
            spare -= 1
        else:
            rows.append(row)
    return Expected(rows=rows, says_rows=expected.says_rows)


def _error_difference(ours: Ours, name: str) -> str:
    if name == "ErrNotFoundTransactionDataInFile" and not ours.stored and ours.answered:
        # All rows ignored or refused with reasons: no transaction was found, as they say.
        return ""
    if MATCHING_CODES[name] & ours.codes:
        return ""
    if ours.codes - {"all-rows-failed"}:
        return f"refused for another reason ({', '.join(sorted(ours.codes))})"
    return "read, refusal expected"


def _all_matched(expected: Sequence[Row], stored: Sequence[Stored]) -> bool:
    """Whether every expected row can have a stored row of its own that says the same."""
    by_amount: dict[int | None, list[int]] = defaultdict(list)
    for at, row in enumerate(stored):
        by_amount[row.cents].append(at)
    by_amount[None] = list(range(len(stored)))
    taken: dict[int, int] = {}
    # Rows that tell most are placed first; a later one may move an earlier one on (Kuhn, 1955).
    order = sorted(range(len(expected)), key=lambda at: -_told(expected[at]))
    options = {
        at: [o for o in by_amount.get(expected[at].cents, ()) if _same(expected[at], stored[o])]
        for at in order
    }
    return all(_place(at, options, taken, set()) for at in order)


def _place(at: int, options: dict[int, list[int]], taken: dict[int, int], seen: set[int]) -> bool:
    free = next((other for other in options[at] if other not in taken), None)
    if free is not None:
        taken[free] = at
        return True
    for other in options[at]:
        if other not in seen:
            seen.add(other)
            if _place(taken[other], options, taken, seen):
                taken[other] = at
                return True
    return False


def _told(row: Row) -> int:
    return sum(value is not None for value in (row.cents, row.moment, row.directions))


def _same(expected: Row, stored: Stored) -> bool:
    if expected.directions is not None and stored.direction not in expected.directions:
        return False
    if expected.moment is None:
        return True
    return expected.moment == (stored.moment if "T" in expected.moment else stored.day)


def _sums(ours: Ours, expected: Expected) -> str:
    """The sums by direction of both, where theirs are told of every row."""
    if any(row.cents is None or row.directions is None for row in expected.rows):
        return ""
    theirs: Counter[str] = Counter()
    for row in expected.rows:
        kinds = row.directions or frozenset()
        name = next(iter(kinds)) if len(kinds) == 1 else "out" if "expense" in kinds else "in"
        theirs[name] += row.cents or 0
    mine: Counter[str] = Counter()
    for stored in ours.stored:
        mine[stored.direction] += stored.cents
    return f" ({_text(mine)}; expected {_text(theirs)})"


def _text(sums: Counter[str]) -> str:
    return ", ".join(f"{name} {value / 100:.2f}" for name, value in sorted(sums.items())) or "-"
