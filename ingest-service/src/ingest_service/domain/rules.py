"""What the conditions of a rule may say and when they hold.

Letters A to Z are equal to a to z and nothing else is folded, so that this module, the bulk path
of imports and SQLite's lower() agree on every text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ingest_service.domain.errors import FieldProblem, InvalidInputError
from ingest_service.domain.models import DIRECTIONS, Condition, Expense, Rule
from ingest_service.domain.safe_regex import PatternError, compile_pattern

TEXT_FIELDS = ("merchant", "note", "keywords", "place", "account", "source", "any")
NUMBER_FIELDS = ("amount", "hour", "weekday")
FIELDS = (*TEXT_FIELDS, "direction", *NUMBER_FIELDS)
ANY_OF = ("merchant", "note", "keywords")
"""The columns that the field `any` stands for; keywords are known only while a file is read."""
COMPARISONS = ("equals", "gt", "gte", "lt", "lte")
OPS = ("contains", "starts", "regex", "in", *COMPARISONS)
AMOUNT_PLACES = 4
"""Amounts are compared in 1/10,000 of the major unit, which all currencies can be turned into."""
MAX_CONDITIONS = 10
MAX_TEXT = 200
MAX_LISTED = 200
_OPS_OF = {
    **dict.fromkeys(TEXT_FIELDS, ("contains", "equals", "starts", "regex", "in")),
    "direction": ("equals", "in"),
    "amount": COMPARISONS,
    "hour": (*COMPARISONS, "in"),
    "weekday": (*COMPARISONS, "in"),
}
_LAST = {"hour": 23, "weekday": 6}
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")
_FOLD = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules look at in a row; amount_units are 1/10,000 of the major unit."""

    merchant: str = ""
    note: str = ""
    keywords: str = ""
    place: str = ""
    account: str = ""
    source: str = ""
    direction: str = "expense"
    amount_units: int = 0
    hour: int = 0
    weekday: int = 0


def facts_of(expense: Expense, exponent_of: Callable[[str], int]) -> Facts:
    """The facts of a stored row; the statement's own category words are not kept."""
    return Facts(
        merchant=expense.merchant,
        note=expense.note,
        place=expense.place,
        account=expense.account,
        source=expense.source,
        direction=expense.direction,
        amount_units=expense.amount_minor * 10 ** (AMOUNT_PLACES - exponent_of(expense.currency)),
        hour=expense.local_hour,
        weekday=expense.local_weekday,
    )


def fold(text: str) -> str:
    """The text with A to Z made small."""
    return text.translate(_FOLD)


def text_test(condition: Condition) -> Callable[[str], bool]:
    """Whether a text satisfies a condition on a text field."""
    value = condition.value
    if isinstance(value, tuple):
        wanted = frozenset(fold(str(item)) for item in value)
        return lambda text: fold(text) in wanted
    sought = fold(str(value))
    if condition.op == "equals":
        return lambda text: fold(text) == sought
    if condition.op == "starts":
        return lambda text: fold(text).startswith(sought)
    if condition.op == "regex":
        pattern = compile_pattern(sought)
        return lambda text: pattern.search(fold(text))
    return lambda text: sought in fold(text)


def number_test(condition: Condition) -> Callable[[int], bool]:
    """Whether a number (amount_units for amounts) satisfies a condition on a number field."""
    if isinstance(condition.value, tuple):
        wanted = frozenset(condition.value)
        return lambda number: number in wanted
    bound = bound_of(condition)
    return {
        "equals": lambda number: number == bound,
        "gt": lambda number: number > bound,
        "gte": lambda number: number >= bound,
        "lt": lambda number: number < bound,
        "lte": lambda number: number <= bound,
    }[condition.op]


def bound_of(condition: Condition) -> int:
    """The number that a comparison compares with; amounts in 1/10,000 of the major unit."""
    if condition.field == "amount":
        return int(Decimal(str(condition.value)).scaleb(AMOUNT_PLACES))
    return int(str(condition.value))


def columns_of(condition: Condition) -> tuple[str, ...]:
    """The text columns that a condition looks at; one of them must satisfy it."""
    return ANY_OF if condition.field == "any" else (condition.field,)


def holds(conditions: Iterable[Condition], facts: Facts) -> bool:
    """Whether all conditions hold."""
    return all(_holds(condition, facts) for condition in conditions)


def _holds(condition: Condition, facts: Facts) -> bool:
    if condition.field == "amount":
        return number_test(condition)(facts.amount_units)
    if condition.field in NUMBER_FIELDS:
        return number_test(condition)(getattr(facts, condition.field))
    test = text_test(condition)
    return any(test(getattr(facts, column)) for column in columns_of(condition))


def first_rule(rules: Sequence[Rule], facts: Facts) -> Rule | None:
    """The first enabled rule that holds; rules stand in the order in which they are tried."""
    return next((rule for rule in rules if rule.enabled and holds(rule.conditions, facts)), None)


def checked_conditions(raw: Sequence[Mapping[str, object]]) -> tuple[Condition, ...]:
    """The conditions that a person wrote.

    Raises:
        InvalidInputError: one of them means nothing; the pointer names it.
    """
    if not 1 <= len(raw) <= MAX_CONDITIONS:
        detail = f"A rule has 1 to {MAX_CONDITIONS} conditions."
        raise InvalidInputError(detail, [FieldProblem("length", detail, "/json/conditions")])
    return tuple(_checked(entry, f"/json/conditions/{at}") for at, entry in enumerate(raw))


def _checked(entry: Mapping[str, object], pointer: str) -> Condition:
    field, op, value = str(entry["field"]), str(entry["op"]), entry["value"]
    if op not in _OPS_OF[field]:
        raise _invalid("op-not-for-field", f"{field} cannot be tested by {op}.", f"{pointer}/op")
    listed = value if isinstance(value, list) else [value]
    if isinstance(value, list) != (op == "in") or not 1 <= len(listed) <= MAX_LISTED:
        raise _invalid("value-shape", "Only `in` takes a list, and it must.", f"{pointer}/value")
    read = tuple(_value(field, op, item, f"{pointer}/value") for item in listed)
    return Condition(field, op, read if op == "in" else read[0])


def _value(field: str, op: str, item: object, pointer: str) -> str | int:
    if field == "amount":
        # The wire's decimal texts; plain numbers are taken too and kept as such texts.
        text = str(item)
        if isinstance(item, bool) or not _AMOUNT.fullmatch(text):
            raise _invalid("amount-invalid", 'Write the amount like "12.50".', pointer)
        return text
    if field in _LAST:
        if isinstance(item, bool) or not isinstance(item, int) or not 0 <= item <= _LAST[field]:
            raise _invalid("out-of-range", f"From 0 to {_LAST[field]}.", pointer)
        return item
    if not isinstance(item, str) or not 1 <= len(item) <= MAX_TEXT:
        raise _invalid("text-length", f"A text of 1 to {MAX_TEXT} characters.", pointer)
    if field == "direction" and item not in DIRECTIONS:
        raise _invalid("direction-invalid", "Not a direction.", pointer)
    if op == "regex":
        try:
            # As it was written first: folding would turn \\D into \\d.
            compile_pattern(item)
            compile_pattern(fold(item))
        except PatternError as error:
            raise _invalid("pattern-invalid", str(error), pointer) from error
    return item


def _invalid(code: str, detail: str, pointer: str) -> InvalidInputError:
    return InvalidInputError("The rule is not valid.", [FieldProblem(code, detail, pointer)])
