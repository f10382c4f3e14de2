"""Every profile for Chinese statements on the project's own fixtures, in every form of file."""

from __future__ import annotations

import html
import io

import factories as f
import pandas as pd
import pytest
from chinese_statements import STATEMENTS, Statement

from ingest_service.domain.models import RowError
from ingest_service.domain.normalise import Reading
from ingest_service.domain.profiles import all_profiles
from ingest_service.domain.profiles.base import NO_HEADER, Sample
from ingest_service.domain.statement import StatementOptions, read_statement
from servicekit.money import exponent

OPTIONS = StatementOptions(Reading("Asia/Shanghai", "CNY", exponent), None, "zh-CN")
IDS = [one.name for one in STATEMENTS]
MARGIN = 0.15


def read(data: bytes) -> tuple[str, pd.DataFrame, list[RowError]]:
    chunks = list(read_statement(io.BytesIO(data), OPTIONS))
    rows = pd.concat([chunk.rows for chunk in chunks])
    return chunks[0].profile_id, rows, [error for chunk in chunks for error in chunk.errors]


def as_text(one: Statement, encoding: str, *, delimiter: str = ",") -> bytes:
    lines = f.table_csv(one.cells).decode()
    if delimiter != ",":
        lines = "\r\n".join(delimiter.join(f'="{cell}"' for cell in row) for row in one.cells)
    return lines.encode(encoding)


def as_html(one: Statement) -> bytes:
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>"
        for cells in one.cells
    )
    page = f"<html><head><meta charset=gb2312></head><body><table>{rows}</table></body></html>"
    return page.encode("gb18030")


def told(rows: pd.DataFrame) -> tuple[tuple[int, str, str], ...]:
    return tuple(
        zip(rows["amount_minor"].tolist(), rows["currency"], rows["direction"], strict=True)
    )


def sure_of(lines: list[list[str]]) -> dict[str, float]:
    sample = Sample(lines)
    found = {profile.id: profile.recognise(sample) for profile in all_profiles()}
    return {id_: one.confidence for id_, one in found.items() if one is not None}


@pytest.mark.parametrize("one", STATEMENTS, ids=IDS)
def test_every_generation_becomes_what_it_says(one: Statement) -> None:
    found, rows, errors = read(as_text(one, "gb18030"))
    assert found == one.profile
    assert told(rows) == one.told
    assert sorted((error.row, error.code) for error in errors) == list(one.out)
    assert rows["account"].tolist()[0] == one.account
    assert set(rows["source"]) == {one.profile}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le"])
@pytest.mark.parametrize("one", STATEMENTS, ids=IDS)
def test_every_encoding_reads_the_same(one: Statement, encoding: str) -> None:
    found, rows, _ = read(as_text(one, encoding))
    assert (found, told(rows)) == (one.profile, one.told)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16", "utf-16-be"])
def test_one_statement_reads_in_all_that_banks_write(encoding: str) -> None:
    found, rows, _ = read(as_text(STATEMENTS[8], encoding))
    assert (found, told(rows)) == (STATEMENTS[8].profile, STATEMENTS[8].told)


@pytest.mark.parametrize("one", STATEMENTS, ids=IDS)
def test_a_page_named_xls_and_cells_in_formulas_read_the_same(one: Statement) -> None:
    for data in (as_html(one), as_text(one, "gb18030", delimiter="\t")):
        found, rows, _ = read(data)
        assert (found, told(rows)) == (one.profile, one.told)


@pytest.mark.parametrize("one", STATEMENTS, ids=IDS)
def test_every_fixture_is_recognised_by_its_profile_with_a_margin(one: Statement) -> None:
    sure = sure_of(one.cells)
    best = sure.pop(one.profile)
    assert best - max(sure.values(), default=0.0) >= MARGIN
    recognised = next(p for p in all_profiles() if p.id == one.profile).recognise(Sample(one.cells))
    assert recognised is not None
    assert recognised.generation == one.generation


@pytest.mark.parametrize(
    ("data", "profile"),
    [
        (f.alipay_2023([f.Row()]), "alipay"),
        (f.alipay_2021([f.Row()]), "alipay"),
        (f.alipay_web([f.Row()]), "alipay"),
        (f.wechat_csv([f.Row(status="支付成功")]), "wechat"),
    ],
    ids=["alipay 2023", "alipay 2021", "alipay web", "wechat"],
)
def test_the_apps_do_not_take_each_others_statements(data: bytes, profile: str) -> None:
    text = data.decode("utf-8-sig" if profile == "wechat" else "gb18030")
    sure = sure_of([line.split(",") for line in text.splitlines()])
    best = sure.pop(profile)
    assert best - max(sure.values(), default=0.0) >= MARGIN


def test_a_statement_is_its_own_bank_s_whatever_bank_the_card_s_nickname_names() -> None:
    one = next(one for one in STATEMENTS if one.profile == "icbc-credit")
    nicknamed = [["卡别名: 还招行的卡"], *one.cells]
    assert "icbc-credit" in sure_of(nicknamed)


def test_columns_below_another_bank_s_name_are_not_taken() -> None:
    one = next(one for one in STATEMENTS if one.name == "boc-debit.debit-web")
    assert "boc-debit" in sure_of(one.cells)
    assert "boc-debit" not in sure_of([["光大银行交易明细"], *one.cells])


@pytest.mark.parametrize("one", STATEMENTS, ids=IDS)
def test_a_table_without_rows_is_recognised_and_holds_nothing(one: Statement) -> None:
    profile = next(p for p in all_profiles() if p.id == one.profile)
    recognised = profile.recognise(Sample(one.cells))
    assert recognised is not None
    if recognised.header_index == NO_HEADER or one.profile == "pinduoduo":
        return  # known by their rows
    head = one.cells[: recognised.header_index + 1]
    chunks = list(read_statement(io.BytesIO(f.table_csv(head)), OPTIONS))
    assert sum(chunk.size for chunk in chunks) == 0
    assert profile.recognise(Sample(head)) == recognised


def of(profile: str, generation: str) -> pd.DataFrame:
    one = next(s for s in STATEMENTS if (s.profile, s.generation) == (profile, generation))
    return read(as_text(one, "gb18030"))[1]


def test_jd_keeps_refunds_with_the_payment_and_closed_orders_apart() -> None:
    rows = of("jd", "jd")
    assert rows["stated_refund_minor"].tolist()[:3] == [3000, 0, 120000]
    assert rows["closed"].tolist() == [False] * 5 + [True, False]
    assert rows["external_id"].tolist()[0] == "300000001"
    assert rows["order_ref"].tolist()[0] == "M1"


@pytest.mark.parametrize(
    ("name", "code", "word"),
    [
        ("jd.jd", "status-unknown", "不知道"),
        ("unionpay.plain", "direction-invalid", "说不清"),
        ("bocom-debit.debit-app", "direction-invalid", "？"),
    ],
)
def test_an_unknown_word_is_named_in_the_error(name: str, code: str, word: str) -> None:
    one = next(one for one in STATEMENTS if one.name == name)
    errors = [error for error in read(as_text(one, "utf-8"))[2] if error.code == code]
    assert [word in error.detail for error in errors] == [True]


def test_orders_of_pinduoduo_carry_refunds_and_cancelled_ones_are_closed() -> None:
    rows = of("pinduoduo", "orders")
    assert rows["stated_refund_minor"].tolist() == [0, 1000, 9900, 0]
    assert rows["closed"].tolist() == [False, False, False, True]


def test_the_shop_behind_a_platform_is_the_merchant_and_the_platform_stays_in_the_note() -> None:
    assert of("ccb-debit", "debit-web")["merchant"].tolist() == [
        "面馆",
        "某某公司",
        "铁路（云闪付APP）",
    ]
    rows = of("icbc-debit", "debit-v1")
    assert rows["merchant"].tolist()[0] == "面馆"
    assert "财付通-面馆" in rows["note"].tolist()[0]
    assert of("boc-credit", "credit")["merchant"].tolist()[0] == "面馆"
    assert of("bocom-credit", "credit")["merchant"].tolist()[:2] == ["面馆", "面馆"]
    assert of("cgb-credit", "credit")["merchant"].tolist()[:2] == ["面馆", "面馆"]


def test_the_other_account_is_told_by_four_digits_only() -> None:
    rows = of("cmb-debit", "debit-pdf")
    assert rows["merchant"].tolist() == ["李四", "面馆", ""]
    assert rows["note"].tolist()[0] == "转账汇款; 房租; 李四(8888)"
    assert of("icbc-debit", "debit-v2")["note"].tolist() == ["跨行汇款; 手机银行; (8888)"]


@pytest.mark.parametrize(
    ("profile", "generation", "at", "original"),
    [
        ("icbc-credit", "credit", 1, "日元 1000"),
        ("icbc-debit", "debit-v1", 5, "日元 1000"),
        ("cmb-credit", "credit", 2, "1,000.00(JP)"),
        ("citic-credit", "credit", 1, "日元 1000"),
        ("cgb-credit", "credit", 4, "日元 1000"),
        ("bocom-credit", "credit", 3, "JPY 1,000.00"),
        ("spdb-credit", "credit", 1, "1,000.00(JPY)"),
        ("ccb-credit", "credit-bill", 2, "JPY 1,000.00"),
        ("ccb-credit", "credit-list", 2, "欧元 6.25"),
    ],
)
def test_the_billed_amount_counts_and_what_was_paid_abroad_is_kept(
    profile: str, generation: str, at: int, original: str
) -> None:
    notes = of(profile, generation)["note"].tolist()
    assert original in notes[at]
    assert original not in notes[0]


@pytest.mark.parametrize(
    "heading", ["<td colspan=2>{}</td>", "<td>{}</td>"], ids=["spanning", "narrow"]
)
def test_headings_of_money_may_stand_above_two_cells_each(heading: str) -> None:
    one = next(s for s in STATEMENTS if s.name == "ccb-credit.credit-bill")
    page = as_html(one).decode("gb18030")
    for name in ("交易币/金额", "结算币/金额"):
        page = page.replace(f"<td>{name}</td><td></td>", heading.format(name))
    found, rows, _ = read(page.encode("gb18030"))
    assert (found, told(rows)) == (one.profile, one.told)


def test_a_bill_without_years_takes_them_from_its_month() -> None:
    days = pd.to_datetime(of("cmb-credit", "credit")["local_day"], unit="D")
    assert days.dt.strftime("%Y-%m-%d").tolist() == [
        "2023-12-29", "2023-12-30", "2024-01-03", "2024-01-05",
    ]  # fmt: skip


def test_a_bill_that_tells_no_year_is_not_guessed() -> None:
    one = next(s for s in STATEMENTS if s.profile == "cmb-credit")
    _, rows, errors = read(f.table_csv(one.cells[1:]))
    assert rows.empty
    assert {error.code for error in errors} == {"time-invalid"}


@pytest.mark.parametrize(
    ("profile", "generation", "clocks"),
    [
        ("cmb-debit", "debit-web", [True, False, True]),
        ("abc-debit", "debit-app", [True, True, False]),
        ("bocom-debit", "debit-web", [True, True]),
        ("icbc-debit", "debit-pdf", [True, True]),
        ("hxsec", "hxsec", [False, True, True, False]),
    ],
)
def test_a_clock_counts_where_the_statement_tells_one(
    profile: str, generation: str, clocks: list[bool]
) -> None:
    assert of(profile, generation)["has_clock"].tolist() == clocks


def test_a_brokers_fees_are_told_beside_the_move() -> None:
    assert of("hxsec", "hxsec")["fee_minor"].tolist() == [0, 2, 50, 0]
