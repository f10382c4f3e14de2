"""Numbers, dates and amounts as people of a locale write them."""

from dataclasses import dataclass
from datetime import date, datetime

from report_service.domain.report import Period

CHINESE = "zh-CN"
MINUS = "−"
_SYMBOLS = {
    "CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "TWD": "NT$",
    "MOP": "MOP$", "AUD": "A$", "CAD": "C$", "SGD": "S$", "KRW": "₩", "THB": "฿", "INR": "₹",
}  # fmt: skip
# ISO 4217: every other currency has two decimals.
_PLACES = {
    "JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "PYG": 0, "UGX": 0, "XAF": 0, "XOF": 0,
    "XPF": 0, "KWD": 3, "BHD": 3, "OMR": 3, "JOD": 3, "TND": 3, "IQD": 3, "LYD": 3,
}  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip


@dataclass(frozen=True, slots=True)
class AxisUnit:
    """What an axis counts in: values are divided by divisor, suffix names it (万, k, "")."""

    divisor: float
    suffix: str


@dataclass(frozen=True, slots=True)
class Formats:
    """The writing of one locale and currency."""

    locale: str
    currency: str

    @property
    def is_chinese(self) -> bool:
        """Whether the text around is Chinese."""
        return self.locale == CHINESE

    @property
    def symbol(self) -> str:
        """The sign before an amount: ¥, or the ISO code and a space where none is usual."""
        return _SYMBOLS.get(self.currency, f"{self.currency} ")

    def amount(self, value: float) -> str:
        """The bare figure, for table columns that name the currency in their head."""
        places = _PLACES.get(self.currency, 2)
        rounded = round(value, places) + 0.0  # turns -0.0 into 0.0
        sign = MINUS if rounded < 0 else ""
        return f"{sign}{abs(rounded):,.{places}f}"

    def money(self, value: float) -> str:
        """The amount with its sign of currency: ¥1,234.56."""
        bare = self.amount(value)
        if bare.startswith(MINUS):
            return f"{MINUS}{self.symbol}{bare[1:]}"
        return f"{self.symbol}{bare}"

    def short_money(self, value: float) -> str:
        """The amount to about four digits, for labels in charts: ¥1.23 万, ¥12.3k."""
        unit = self.axis_unit(abs(value))
        scaled = abs(value) / unit.divisor
        sign = MINUS if value < 0 else ""
        if unit.divisor == 1:
            return f"{sign}{self.symbol}{_trimmed(scaled, 0 if scaled >= 100 else 2)}"  # noqa: PLR2004
        space = " " if self.is_chinese else ""
        return f"{sign}{self.symbol}{_trimmed(scaled, 2)}{space}{unit.suffix}"

    def axis_unit(self, maximum: float) -> AxisUnit:
        """The unit of an axis that reaches to the maximum."""
        steps = (
            ((1e8, "亿"), (1e4, "万")) if self.is_chinese else ((1e9, "B"), (1e6, "M"), (1e3, "k"))
        )
        for divisor, suffix in steps:
            if maximum >= divisor:
                return AxisUnit(divisor, suffix)
        return AxisUnit(1.0, "")

    def unit_caption(self, unit: AxisUnit) -> str:
        """The unit in the caption of an axis: 万元, ¥k, 万 USD."""
        if not self.is_chinese:
            return f"{self.symbol.strip()}{unit.suffix}"
        if self.currency == "CNY":
            return f"{unit.suffix}元"
        return f"{unit.suffix} {self.currency}".strip()

    def percent(self, ratio: float) -> str:
        """A ratio as a percentage with one decimal: 12.3%."""
        rounded = round(ratio * 100, 1) + 0.0
        return f"{MINUS if rounded < 0 else ''}{abs(rounded):,.1f}%"

    def count(self, value: int) -> str:
        """A whole number with separators."""
        return f"{value:,}"

    def day(self, day: date) -> str:
        """A date: 2024-03-05, or 5 Mar 2024."""
        if self.is_chinese:
            return day.isoformat()
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def short_day(self, day: date) -> str:
        """A date without its year: 3月5日, or 5 Mar."""
        if self.is_chinese:
            return f"{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]}"

    def month(self, day: date) -> str:
        """The month of a day: 2024年3月, or Mar 2024."""
        if self.is_chinese:
            return f"{day.year}年{day.month}月"
        return f"{_MONTHS[day.month - 1]} {day.year}"

    def short_month(self, day: date) -> str:
        """The month of a day without its year: 3月, or Mar."""
        return f"{day.month}月" if self.is_chinese else _MONTHS[day.month - 1]

    def year(self, day: date) -> str:
        """The year of a day: 2024年, or 2024."""
        return f"{day.year}年" if self.is_chinese else str(day.year)

    def instant(self, instant: datetime) -> str:
        """A local date and time to the minute."""
        return f"{self.day(instant.date())} {instant:%H:%M}"

    def period(self, period: Period) -> str:
        """A period with both ends inclusive: 2024-03-01 ～ 2024-03-31, or 1–31 Mar 2024."""
        first, last = period.first, period.last
        if first == last:
            return self.day(first)
        if self.is_chinese:
            return f"{self.day(first)} ～ {self.day(last)}"
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{self.day(last)}"
        if first.year == last.year:
            return f"{self.short_day(first)} – {self.day(last)}"
        return f"{self.day(first)} – {self.day(last)}"


def _trimmed(value: float, places: int) -> str:
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
