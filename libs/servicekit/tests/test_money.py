import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from servicekit import money
from servicekit.schemas import Bounds, Money, PageArgs, StrictSchema

AMOUNTS = st.integers(min_value=-(10**14), max_value=10**14)
CURRENCIES = st.sampled_from(["CNY", "JPY", "KWD", "CLF", "USD"])


@given(AMOUNTS, CURRENCIES)
def test_minor_units_survive_the_wire(minor: int, currency: str) -> None:
    assert money.to_minor(money.to_decimal_string(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.50", "CNY", 1250), ("-0.05", "CNY", -5), ("12", "JPY", 12), ("1.234", "KWD", 1234),
     ("12.5", "CNY", 1250), ("12.500", "CNY", 1250), ("+3", "CNY", 300)],
)  # fmt: skip
def test_decimals_are_read_by_the_currency(text: str, currency: str, minor: int) -> None:
    assert money.to_minor(text, currency) == minor


@pytest.mark.parametrize(
    "text", ["", "1e3", "1,000.00", "NaN", "1.234", " 1", "1.", ".5", "¥1", "٣", "1" * 16]
)
def test_other_writings_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        money.to_minor(text, "CNY")


def test_a_currency_is_three_capital_letters() -> None:
    with pytest.raises(ValueError, match="currency"):
        money.exponent("yuan")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(5, "CNY", "0.05"), (-5, "CNY", "-0.05"), (0, "CNY", "0.00"), (7, "JPY", "7"),
     (1, "KWD", "0.001")],
)  # fmt: skip
def test_small_amounts_keep_their_zeros(minor: int, currency: str, text: str) -> None:
    assert money.to_decimal_string(minor, currency) == text


def test_major_units_are_floats_for_charts() -> None:
    assert money.to_major(1250, "CNY") == pytest.approx(12.5)
    assert money.to_major(1250, "JPY") == pytest.approx(1250.0)


class Bill(StrictSchema):
    amount = Money(places=2, required=True)


def test_the_money_field_reads_and_writes_decimal_strings() -> None:
    assert Bill().load({"amount": "12.50"}) == {"amount": 1250}
    assert Bill().dump({"amount": 1250}) == {"amount": "12.50"}


@pytest.mark.parametrize("value", [12.5, 1250, None, "12.505", True, ["1"]])
def test_the_money_field_refuses_numbers_and_fractions_of_a_unit(value: object) -> None:
    with pytest.raises(ValidationError):
        Bill().load({"amount": value})


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError, match="Unknown field"):
        Bill().load({"amount": "1.00", "amuont": "2.00"})


class Area(StrictSchema):
    bbox = Bounds(lambda *edges: edges)


def test_a_box_is_read_as_west_south_east_north() -> None:
    assert Area().load({"bbox": "-180,-90,180,90"}) == {"bbox": (-180, -90, 180, 90)}
    assert Area().load({"bbox": "121.4737,31.2,121.5,31.2304"})["bbox"][0] == 121.4737


@pytest.mark.parametrize(
    "bbox", ["1,2,3", "a,b,c,d", "10,0,5,5", "0,5,5,5", "0,0,181,5", "0,-91,5,5", "0,0,1.00001,1"]
)
def test_a_box_that_is_none_is_refused(bbox: str) -> None:
    with pytest.raises(ValidationError, match="west,south,east,north"):
        Area().load({"bbox": bbox})


@pytest.mark.parametrize("limit", ["0", "501", "x", "-1"])
def test_page_limits_are_bounded(limit: str) -> None:
    with pytest.raises(ValidationError):
        PageArgs().load({"limit": limit})


def test_pages_have_a_default() -> None:
    assert PageArgs().load({}) == {"cursor": None, "limit": 50}
