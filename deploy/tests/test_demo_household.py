from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from demo.__main__ import main
from demo.household import COLUMNS, generate
from demo.statement import write_statement

END = date(2026, 1, 1)


@pytest.fixture(scope="module")
def two_years() -> pd.DataFrame:
    return generate(rows=None, years=2, end=END, seed=7)


def test_same_seed_gives_the_same_rows(two_years: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(two_years, generate(rows=None, years=2, end=END, seed=7))


def test_another_seed_gives_other_rows(two_years: pd.DataFrame) -> None:
    other = generate(rows=None, years=2, end=END, seed=8)
    assert other["amount_minor"].sum() != two_years["amount_minor"].sum()


@pytest.mark.parametrize("rows", [1_000, 12_345])
def test_gives_exactly_the_rows_asked_for(rows: int) -> None:
    frame = generate(rows=rows, years=2, end=END, seed=1)
    assert len(frame) == rows
    assert tuple(frame.columns) == COLUMNS
    assert frame["time"].is_monotonic_increasing
    assert (frame["amount_minor"] > 0).all()
    assert frame["time"].max() < pd.Timestamp(END)


def test_too_few_rows_for_the_regular_payments_is_refused() -> None:
    with pytest.raises(ValueError, match="ask for more rows or fewer years"):
        generate(rows=10, years=2, end=END, seed=1)


def test_salary_and_rent_come_every_month(two_years: pd.DataFrame) -> None:
    for note in ("工资", "房租"):
        months = two_years.loc[two_years["note"] == note, "time"].dt.to_period("M")
        assert months.nunique() == len(months)
        assert len(months) >= 23


def test_salary_never_arrives_on_a_weekend_in_an_ordinary_month(
    two_years: pd.DataFrame,
) -> None:
    salary = two_years[(two_years["note"] == "工资") & (two_years["time"].dt.month == 8)]
    assert (salary["time"].dt.day_of_week < 5).all()


def test_shopping_feasts_stand_out(two_years: pd.DataFrame) -> None:
    shopping = two_years[two_years["category"].str.startswith("购物/")]
    by_day = shopping.groupby(shopping["time"].dt.date).size()
    feast = by_day[[d.month == 11 and 9 <= d.day <= 11 for d in by_day.index]].sum()
    assert feast > 6 * by_day.sum() * 6 / 731


def test_the_spring_festival_is_spent_in_the_home_town(two_years: pd.DataFrame) -> None:
    festival = two_years[two_years["time"].between("2025-01-27", "2025-02-03")]
    placed = festival[(festival["place"] != "")]
    assert placed["place"].str.startswith("成都市").all()


def test_every_refund_gives_back_at_most_an_earlier_purchase(two_years: pd.DataFrame) -> None:
    refunds = two_years[two_years["direction"] == "refund"]
    bought = two_years.set_index("external_id")
    originals = bought.loc[[key.removesuffix("_1") for key in refunds["external_id"]]]
    assert len(refunds) > 5
    assert (refunds["amount_minor"].to_numpy() <= originals["amount_minor"].to_numpy()).all()
    assert (refunds["time"].to_numpy() > originals["time"].to_numpy()).all()


@pytest.mark.parametrize(
    ("statement_format", "encoding", "header"),
    [
        ("platform", "utf-8-sig", "时间,金额,"),
        ("alipay", "gb18030", "交易时间,交易分类,"),
        ("wechat", "utf-8-sig", "交易时间,交易类型,"),
    ],
)
def test_statement_holds_every_row_below_its_header(
    tmp_path: Path, two_years: pd.DataFrame, statement_format: str, encoding: str, header: str
) -> None:
    path = tmp_path / "statement.csv"
    write_statement(two_years, path, statement_format=statement_format)
    lines = path.read_text(encoding=encoding).splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith(header))
    assert len(lines) - start - 1 == len(two_years)


def test_command_writes_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "demo.xlsx"
    arguments = ["--rows", "1000", "--end", "2026-01-01", "--out", str(path)]
    assert main(arguments) == 0
    sheet = pd.read_excel(path, engine="calamine")
    assert len(sheet) == 1000
    assert list(sheet.columns)[:2] == ["时间", "金额"]


def test_command_refuses_a_workbook_of_a_payment_app(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.xlsx"
    assert main(["--rows", "1000", "--format", "alipay", "--out", str(path)]) == 2
    assert "platform" in capsys.readouterr().err
