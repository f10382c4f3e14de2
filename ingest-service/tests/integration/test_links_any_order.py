"""Whatever the statements hold and whichever comes first, the links are the same and one to one."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import factories as f
import pytest
from factories import Row
from fakes import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

_NEW_USERS = itertools.count(5000)
_HEADER = ["时间", "金额", "收支", "商户", "备注", "来源", "账户", "单号"]


@dataclass(frozen=True)
class Payment:
    """One payment; in the app, in the bank's statement, or in both."""

    day: int
    minute: int
    amount: int
    shop: str
    in_app: bool
    in_bank: bool
    bank_has_clock: bool


payments = st.lists(
    st.builds(
        Payment,
        day=st.integers(1, 4),
        minute=st.integers(1, 1380),
        amount=st.sampled_from([16, 28]),
        shop=st.sampled_from(["瑞幸咖啡", "兰州拉面"]),
        in_app=st.booleans(),
        in_bank=st.booleans(),
        bank_has_clock=st.booleans(),
    ),
    min_size=1,
    max_size=7,
)


def app_statement(given_payments: list[Payment]) -> bytes:
    return f.alipay_2023(
        [
            replace(
                Row(),
                time=f"2024-03-0{p.day} {p.minute // 60:02}:{p.minute % 60:02}:07",
                merchant=p.shop,
                amount=f"{p.amount}.00",
                number=f"N{at}",
                order="",
            )
            for at, p in enumerate(given_payments)
            if p.in_app
        ]
    )


def bank_statement(given_payments: list[Payment]) -> bytes:
    lines: list[list[str]] = [_HEADER]
    for at, p in enumerate(given_payments):
        if p.in_bank:
            clock = f" {p.minute // 60:02}:{p.minute % 60:02}:20" if p.bank_has_clock else ""
            when = f"2024-03-0{p.day}{clock}"
            lines.append(
                [when, str(p.amount), "支出", f"支付宝-{p.shop}", "", "cmb", "招商银行(1234)",
                 f"B{at}"]
            )  # fmt: skip
    return f.table_csv(lines)


def told(client: Client) -> tuple[set[tuple[str, str, str]], Counter[tuple[str, str, str]]]:
    """Who is linked to whom, and how the rows count."""
    found = {
        (link["from"]["external_id"], link["to"]["external_id"], link["status"])
        for link in client.json("/links", limit=500)["items"]
    }
    rows = Counter(
        (row["source"], row["external_id"], row["direction"]) for row in client.expenses()
    )
    return found, rows


@pytest.mark.usefixtures("client")
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=payments)
def test_links_are_one_to_one_stable_and_the_same_in_either_order(
    client: Client, made: list[Payment]
) -> None:
    files = [app_statement(made), bank_statement(made)]
    answers = []
    for order in (files, files[::-1]):
        # Examples share one database, so each has users of its own.
        mine = client.as_user(str(next(_NEW_USERS)))
        for data in order:
            mine.upload(data, force="true")
            mine.work()
        answers.append(told(mine))
        mine.upload(order[0], force="true")
        mine.work()
        assert told(mine) == answers[-1]
    assert answers[0] == answers[1]
    pairs, rows = answers[0]
    assert all(count == 1 for end in (0, 1) for count in Counter(p[end] for p in pairs).values())
    neutral = sum(rows[key] for key in rows if key[2] == "neutral")
    assert neutral == sum(pair[2] == "linked" for pair in pairs)
    # Whatever stands in both is counted once at the least, and nothing that stands in one is lost.
    _nothing_is_lost(made, rows)


def _nothing_is_lost(made: list[Payment], rows: Counter[Any]) -> None:
    for amount in (16, 28):
        of = [p for p in made if p.amount == amount]
        names = {f"N{at}" for at, p in enumerate(made) if p in of and p.in_app}
        names |= {f"B{at}" for at, p in enumerate(made) if p in of and p.in_bank}
        counted = sum(n for (_, name, way), n in rows.items() if name in names and way == "expense")
        in_app, in_bank = sum(p.in_app for p in of), sum(p.in_bank for p in of)
        assert max(in_app, in_bank) <= counted <= in_app + in_bank
