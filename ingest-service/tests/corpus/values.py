"""Tables of good shape whose cells are wrong, one kind a file."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.model import BadFile, csv_text, good_rows, of_text

TIMES = (
    "1900-01-01", "1899-12-31", "9999-12-31 23:59:59", "10000-01-01", "0000-00-00", "2024-02-30",
    "2023-02-29", "2024-13-01", "2024-00-10", "2024-03-05 25:61:61", "2024-03-05T12:00:00+99:99",
    "2024-03-05 24:00:00", "0", "60", "-1", "45356.5", "2958466", "9999999999", "1e10",
    "1709611260000", "NaT", "NaN", "null", "今天", "٢٠٢٤-٠٣-٠٥", "２０２４－０３－０５",
    "2024-3-5-6-7",
    "05/06/07", "31/31/2024", "2024年02月30日", "March 32, 2024", "='2024-03-05'",
    "2024-03-05 " * 50,
    "-" * 500, "1" * 400, "",
)  # fmt: skip
AMOUNTS = (
    "-5.00", "-0", "0", "NaN", "nan", "Infinity", "-inf", "1e30", "1e308", "1e400", "1e-30", "0x10",
    "12.345", "12.3456789", "1,23", "1.234,56", "1,234,56.7", "(12.00)", "1 234.50", "--5", "+-5",
    "5-", "1.", ".5", "．５", "1'000.00", "99999999999999999999", "92233720368547758.08", "½", "①",
    "٥", "五元", "5 元 6 角", "￥", "¥-12.5", "$1", "12 USD", "1.2.3", "1,2,3", "true", "None",
    "=1+1", "=SUM(A1:A9)", "9" * 400, "-" * 400, "1" + "0" * 31, "", " ", "\u200b5", "5\u202e",
)  # fmt: skip
FORMULAS = (
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-1+1", "\t=1+1",
    '=HYPERLINK("http://example.invalid")', '=IMPORTXML(CONCAT(A1),"//a")', "%0A=1", "|calc",
    "<script>alert(1)</script>", "'; DROP TABLE expenses; --", "${jndi:ldap://x}", "{{7*7}}",
    "../../etc/passwd", "\\\\server\\share", "\r=1", "%s%s%s%n",
)  # fmt: skip
_ODD_DIRECTIONS = ("", "支", "收入支出", "expense", "借", "-", "未知", "支出" * 200)


def files() -> Iterator[BadFile]:
    """One file for each group of values, and one for each of the worst."""
    yield of_text("times-bad.csv", _with(0, TIMES))
    yield of_text("amounts-bad.csv", _with(3, AMOUNTS))
    yield of_text("texts-formulas.csv", _with(1, FORMULAS))
    yield of_text("notes-formulas.csv", _with(4, FORMULAS))
    yield of_text("directions-odd.csv", _with(2, _ODD_DIRECTIONS))
    for name, value in {
        "1900": TIMES[0], "9999": TIMES[2], "feb-30": TIMES[5], "serial": TIMES[15],
        "serial-beyond": TIMES[16], "long": TIMES[33],
    }.items():  # fmt: skip
        yield of_text(f"times-all-{name}.csv", _with(0, [value] * 20))
    for name, value in {
        "negative": "-5.00", "nan": "NaN", "infinity": "Infinity", "1e30": "1e30", "1e400": "1e400",
        "3-decimals": "12.345", "empty": "", "zero": "0", "beyond-64-bits": AMOUNTS[26],
    }.items():  # fmt: skip
        yield of_text(f"amounts-all-{name}.csv", _with(3, [value] * 20))
    swapped = [[row[3], row[1], row[2], row[0], row[4]] for row in good_rows()]
    yield of_text("columns-swapped.csv", csv_text(swapped))
    yield of_text("every-cell-the-same.csv", csv_text([["1"] * 5] * 50))
    yield of_text("rows-all-equal.csv", csv_text(good_rows(1) * 500))
    repair = "#row,#reason,#suggestion," + csv_text(good_rows())
    yield of_text("looks-like-a-repair.csv", repair)


def _with(column: int, values: tuple[str, ...] | list[str]) -> str:
    """A good row with each of the values in one of its columns, quoted where it must be."""
    rows = []
    for number, value in enumerate(values):
        row = good_rows(1, first=number)[0]
        quoted = '"' + value.replace('"', '""') + '"' if set(value) & set(',"\r\n') else value
        rows.append([*row[:column], quoted, *row[column + 1 :]])
    return csv_text(rows)
