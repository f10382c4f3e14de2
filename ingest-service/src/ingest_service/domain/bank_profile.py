"""What the statements of Chinese banks have in common: a declaration for each generation of
columns, and one reading for all.

A declaration names the columns that are read. Balances are named nowhere, so none is ever taken
for an amount; columns that are named but missing count as empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Literal

from ingest_service.domain.bank_words import (
    direction_of,
    is_channel,
    names_platform,
    without_platform,
    without_tail,
)
from ingest_service.domain.link_evidence import banks_of
from ingest_service.domain.profiles.base import Recognition, Sample, clean_header, find_header

if TYPE_CHECKING:
    import pandas as pd

_ACCOUNT = re.compile(
    r"(?:卡\s*号|(?<!子)[账帐]\s*[号户]|一卡通)[^\d*xX\n]{0,12}([\d*xX][\d*xX ]{7,}\d)(?!\d)"
)
_HOLDER = re.compile(r"(?:户\s*名|姓\s*名)\s*[:：]?\s*([\u4e00-\u9fff·]{2,15})")
_CURRENCY = re.compile(r"币\s*[种别]\s*[:：]?\s*\[?\s*([\u4e00-\u9fff]{2,6}|[A-Z]{3})")
_SUMMARY_ROW = r"合计|总计|小计|本页|^共\d+笔"
_BALANCE_ROW = r"期初余额|期末余额|上期余额|本期余额|承前|上年结转"
_PLATFORM_COMPANIES = r"支付宝|财付通|网银在线|银联"
_FOOTER = ("#", "以上", "*以上", "注：", "注:", "说明", "温馨提示", "-----")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One generation of columns, by the cleaned names of the header row.

    header: names that all stand there, by which the generation is known. day: the columns that
    tell the day, the best first. Amounts stand in one column with signs (amount), in one whose
    side another column tells (amount, side), or in two (out, back). original: what was paid
    abroad. tail: the card's last digits. payee: who was paid, the best first. texts: what else
    the row says, its kind first. named: known only where the bank's name stands above the table.
    """

    generation: str
    header: tuple[str, ...]
    day: tuple[str, ...]
    clock: str = ""
    amount: str = ""
    side: str = ""
    out: str = ""
    back: str = ""
    currency: str = ""
    original: str = ""
    original_currency: str = ""
    tail: str = ""
    payee: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    payee_account: str = ""
    number: str = ""
    named: bool = False

    @property
    def names(self) -> frozenset[str]:
        """All columns that are read."""
        told: set[str] = set()
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in {"generation", "named"}:
                told.update((value,) if isinstance(value, str) else value)
        return frozenset(told - {""})


class BankProfile:
    """A bank's statements of one kind of account, in the generations that it declares."""

    id: str
    name: str
    formats: tuple[str, ...] = ("csv", "xlsx")
    label: ClassVar[str]
    """What the account is called: 招商银行信用卡."""
    title: ClassVar[str] = "(?!)"
    """A pattern of the lines above the table that tells the bank without its name."""
    layouts: ClassVar[tuple[Layout, ...]]
    is_credit: ClassVar[bool] = False
    spending: ClassVar[Literal["negative", "positive"]] = "negative"
    """How the amount of a spending is signed where one column holds both sides."""

    def recognise(self, sample: Sample) -> Recognition | None:
        """Sure by the columns, surer where the lines above name the bank; never another bank's."""
        found = [match for layout in self.layouts if (match := _match(sample, layout))]
        if not found:
            return None
        known, header, layout = max(found, key=lambda match: match[0])
        above = _above(sample, header)
        named = banks_of(above)
        own = bool(named & banks_of(self.label)) or re.search(self.title, above) is not None
        if not own and (named or layout.named):
            return None
        sure = 0.78 + 0.15 * own + 0.05 * known / len(layout.names)
        return Recognition(sure, header, layout.generation, self._options(above))

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        layout = next(one for one in self.layouts if one.generation == recognition.generation)
        amount, side = self.money(frame, layout)
        told = _told(frame, layout)
        says = self.says_of(c.join_all(c.text(frame), *told.values()))
        merchant, note = self._merchant_and_note(frame, layout, told)
        stated = c.undashed(c.text(frame, layout.currency))
        party = without_tail(c.first_said(*(told[name] for name in layout.payee)))
        number = c.text(frame, layout.number)
        drafted = c.draft(
            frame.index,
            time_text=self.times(frame, layout, recognition),
            amount_text=amount,
            currency_text=stated.mask(stated == "", recognition.options["currency"]),
            direction=direction_of(
                side, says, party, holder=recognition.options["holder"], is_credit=self.is_credit
            ),
            merchant=merchant,
            note=note,
            account=_card(frame, layout, self.label),
            external_id=number.mask(number.str.fullmatch(r"0*"), ""),
            keywords=c.text(frame, *layout.texts[:1]),
            source=self.id,
        )
        return _judged(frame, drafted, told=(layout, side, says))

    def ends_at(self, cells: Sequence[str]) -> bool:
        """A line of dashes, a remark with #, or words of warning end the table."""
        first = cells[0].strip(' \t"') if cells else ""
        return first.startswith(_FOOTER) and not "".join(cells[1:]).strip()

    def money(self, frame: pd.DataFrame, layout: Layout) -> tuple[pd.Series[str], pd.Series[str]]:
        """Amounts without sign, and whether the money went "out", came "in", or is not told."""
        from ingest_service.domain.profiles import columns as c

        nothing = c.text(frame)
        if layout.out:
            return c.pair(c.text(frame, layout.out), c.text(frame, layout.back))
        amount = c.without_unit(c.text(frame, layout.amount))
        if not layout.side:
            spent_above_zero = self.spending == "positive"
            return c.pair(*((amount, nothing) if spent_above_zero else (nothing, amount)))
        word = c.text(frame, layout.side)
        told = [(c.has(word, r"借|支|出|Dr"), "out"), (c.has(word, r"贷|收|入|Cr"), "in")]
        return amount, c.choose(told, default="", index=frame.index)

    def times(
        self,
        frame: pd.DataFrame,
        layout: Layout,
        recognition: Recognition,  # noqa: ARG002 - some need the bill's month
    ) -> pd.Series[str]:
        """When each row happened, as text."""
        from ingest_service.domain.profiles import columns as c

        day = c.first_said(*(c.text(frame, name) for name in layout.day))
        return c.moment(day, c.text(frame, layout.clock))

    def payee_of(self, text: pd.Series[str]) -> pd.Series[str]:
        """The payee without what the bank writes around it."""
        return text

    def says_of(self, says: pd.Series[str]) -> pd.Series[str]:
        """All words of a row, as their meaning is looked for."""
        return says

    def options_of(self, above: str) -> Mapping[str, str]:  # noqa: ARG002 - most need no more
        """What else the lines above the table tell."""
        return {}

    def _options(self, above: str) -> Mapping[str, str]:
        holder, currency = _HOLDER.search(above), _CURRENCY.search(above)
        return {
            "account": self.label + _tail(above),
            "holder": holder[1] if holder else "",
            "currency": currency[1] if currency else "CNY",
            **self.options_of(above),
        }

    def _merchant_and_note(
        self, frame: pd.DataFrame, layout: Layout, told: Mapping[str, pd.Series[str]]
    ) -> tuple[pd.Series[str], pd.Series[str]]:
        """Who was paid, and everything else that the row says.

        A text that names the platform tells the shop behind it, which the other account's name
        does not: 支付宝-便民微超 beside 支付宝(中国)网络技术有限公司.
        """
        from ingest_service.domain.profiles import columns as c

        through = [text.where(names_platform(text), "") for text in told.values()]
        named = [text.mask(is_channel(text), "") for text in (told[name] for name in layout.payee)]
        # A name of which the bank shows one letter tells less than the place.
        clear = [text.mask(c.has(text, r"\*"), "") for text in named]
        payee = c.first_said(c.text(frame), *through, *clear, *named)
        merchant = without_platform(self.payee_of(without_tail(payee)))
        others = [
            told[name].mask(told[name] == merchant, "") for name in (*layout.texts, *layout.payee)
        ]
        return merchant, c.join_all(
            c.text(frame), *others, _original(frame, layout), _other_card(frame, layout, told)
        )


def _judged(
    frame: pd.DataFrame,
    drafted: pd.DataFrame,
    *,
    told: tuple[Layout, pd.Series[str], pd.Series[str]],
) -> pd.DataFrame:
    """The draft, with why a row is no transaction or cannot be understood."""
    from ingest_service.domain.profiles import columns as c

    layout, side, says = told
    amount = drafted["amount_text"]
    drafted = c.ignored(
        drafted,
        [
            (c.has(frame.iloc[:, 0], _SUMMARY_ROW), "summary-row"),
            (c.has(says, _BALANCE_ROW), "balance-row"),
            (c.is_zero(amount), "zero-amount"),
        ],
    )
    said = c.text(frame, layout.side, layout.out)
    return c.unknown(drafted, [((side == "") & (amount != ""), "direction-invalid", said)])


def _match(sample: Sample, layout: Layout) -> tuple[int, int, Layout] | None:
    """How many of the layout's columns the header row has, and where that row stands."""
    header = find_header(sample, [frozenset({name}) for name in layout.header])
    if header is None:
        return None
    names = {clean_header(cell) for cell in sample.rows[header]}
    return len(layout.names & names), header, layout


def _above(sample: Sample, header: int) -> str:
    """The lines above the table, a blank between cells."""
    return "\n".join(" ".join(cells) for cells in sample.rows[:header])


def _tail(above: str) -> str:
    """The last four digits of the account that the lines above the table name, in brackets."""
    found = _ACCOUNT.search(above)
    tail = found[1].replace(" ", "")[-4:] if found else ""
    return f"({tail})" if tail.isdecimal() else ""


def _told(frame: pd.DataFrame, layout: Layout) -> dict[str, pd.Series[str]]:
    """What each column of words says; account numbers behind a name lose all but four digits."""
    from ingest_service.domain.profiles import columns as c

    told = {name: c.undashed(c.text(frame, name)) for name in (*layout.payee, *layout.texts)}
    for name in layout.payee:
        told[name] = told[name].str.replace(r"\s*\d[\d*]{3,}(\d{4})$", r"(\1)", regex=True)
    return told


def _card(frame: pd.DataFrame, layout: Layout, label: str) -> pd.Series[str]:
    """The account of a row that names its card, else nothing."""
    from ingest_service.domain.profiles import columns as c

    tail = c.text(frame, layout.tail).str.extract(r"(\d{4})$", expand=False).fillna("")
    return (label + "(" + tail + ")").mask(tail == "", "")


def _original(frame: pd.DataFrame, layout: Layout) -> pd.Series[str]:
    """What was paid abroad, where it is not what the bank billed."""
    from ingest_service.domain.profiles import columns as c

    paid = c.undashed(c.text(frame, layout.original))
    if layout.original_currency:
        unit = c.text(frame, layout.original_currency)
        abroad = c.undashed(unit) != c.undashed(c.text(frame, layout.currency))
        return (unit + " " + paid).where((paid != "") & (c.undashed(unit) != "") & abroad, "")
    billed = c.bare_number(c.text(frame, layout.amount))
    return paid.mask(c.bare_number(paid) == billed, "")


def _other_card(
    frame: pd.DataFrame, layout: Layout, told: Mapping[str, pd.Series[str]]
) -> pd.Series[str]:
    """The last four digits of the account at the other end, but for platforms' own accounts."""
    from ingest_service.domain.profiles import columns as c

    number = c.text(frame, layout.payee_account)
    tail = number.str.extract(r"^[\d*xX ]{4,}(\d{4})$", expand=False).fillna("")
    for name in layout.payee:
        tail = tail.mask(c.has(told[name], _PLATFORM_COMPANIES), "")
    return ("(" + tail + ")").mask(tail == "", "")


def _usual(kind: str, out: str, back: str) -> Layout:
    return Layout(
        generation=f"debit-{kind}",
        header=("交易日期", out, back),
        day=("交易日期",),
        clock="交易时间",
        out=out,
        back=back,
        currency="币种",
        payee=("对方户名", "对方名称", "对方账户名称", "交易对手名称", "收(付)方名称"),
        payee_account="对方账号",
        texts=("摘要", "交易摘要", "交易类型", "附言", "备注", "用途"),
        named=True,
    )


USUAL_DEBIT = (
    _usual("income-expense", "支出金额", "收入金额"),
    _usual("short", "支出", "收入"),
    _usual("booked", "借方发生额", "贷方发生额"),
    _usual("booked-short", "借方金额", "贷方金额"),
    _usual("deposits", "取出金额", "存入金额"),
)
"""Pairs of columns that most banks' account tables have; of use only with the bank's name above."""
