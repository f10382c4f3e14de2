"""Which rows mean the same money: the evidence, what it is worth, and who goes with whom.

Sources stand on three tiers. A payment in a shop's own list may stand in a wallet's statement
again, and in the statement of the card that filled the wallet once more; the row nearest to the
shop knows the merchant, so it counts and the others do not. Weights and thresholds are judgement,
held by the cases in tests/unit/test_link_scores.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ingest_service.domain.link_evidence import (
    BANK,
    SHOP,
    WALLET,
    WALLETS,
    banks_of,
    is_own_purse,
    platforms_of,
    tails_of,
    tier_of,
)

LinkKind = Literal["refund", "same_payment", "own_transfer"]
KINDS: tuple[str, ...] = ("refund", "same_payment", "own_transfer")
STATUSES: tuple[str, ...] = ("linked", "proposed", "confirmed", "rejected")
REASONS: tuple[str, ...] = (
    "order-number",
    "time-amount-tail",
    "time-amount",
    "refund-order",
    "refund-merchant-amount",
    "transfer-pair",
    "by-hand",
)
"""The codes of why two rows belong together; their values stand in links.reason."""
IN_FORCE = frozenset({"linked", "confirmed"})
TARGETS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "refund": (("from", "refund"),),
    "same_payment": (("from", "neutral"),),
    "own_transfer": (("from", "transfer"), ("to", "transfer")),
}
"""The direction that each end has while a link is in force."""

# From these scores on a pair is linked by itself, or shown to the user as a question.
LINKED_FROM = 0.55
PROPOSED_FROM = 0.40
# Between unlike accounts equal amounts say less, so transfers need more.
TRANSFER_LINKED_FROM = 0.60
TRANSFER_PROPOSED_FROM = 0.45
MAX_LAG_DAYS = 3
MAX_LAG_DAYS_BY_NUMBER = 7
MAX_REFUND_LAG_S = 90 * 86_400

_MIN_ORDER_CHARS = 10
_OWN_MOVE = re.compile(r"还款|提现|充值|转出到|转入|转出|本人|同名|自有|信用卡|余额宝|零钱通")
_REMITTANCE = re.compile(r"转账|汇款|汇入|汇出|转存|跨行|网银互联|transfer", re.IGNORECASE)
_INTO_WALLET = re.compile(r"充值|转入")
_OUT_OF_WALLET = re.compile(r"提现|转出")
_DIGITS = re.compile(r"\d{4,}")
_SIDE = {"expense": "out", "income": "in", "refund": "in"}
_TWO_MINUTES_S, _TEN_MINUTES_S, _HOUR_S = 120, 600, 3600


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One row as the search for links sees it; has_clock is false where only the date is known."""

    id: int
    import_id: int | None
    time: int
    local_day: int
    has_clock: bool
    direction: str
    source: str
    account: str
    merchant: str
    note: str
    external_id: str
    order_ref: str
    # Its owner, or its refunds, decide its direction, which no link then changes by itself.
    is_settled: bool = False

    @property
    def text(self) -> str:
        """What the row says of the payment."""
        return f"{self.merchant} {self.note}"

    @property
    def order(self) -> tuple[int, str, str, str, int]:
        """Where the row stands among equals; the id only tells apart what nothing else does."""
        return (self.time, self.external_id, self.merchant, self.note, self.id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How surely two rows belong together and why."""

    kind: str
    score: float
    code: str
    params: Mapping[str, object]

    @property
    def status(self) -> str | None:
        """Linked, proposed, or None where it is not worth a question."""
        is_transfer = self.kind == "own_transfer"
        if self.score >= (TRANSFER_LINKED_FROM if is_transfer else LINKED_FROM):
            return "linked"
        least = TRANSFER_PROPOSED_FROM if is_transfer else PROPOSED_FROM
        return "proposed" if self.score >= least else None


@dataclass(frozen=True, slots=True)
class Ends:
    """The two rows of a link and the tiers on which they stand."""

    kind: str
    from_id: int
    to_id: int
    from_tier: int
    to_tier: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows, the verdict on them, and the place of the pair in the order of choosing."""

    ends: Ends
    verdict: Verdict
    rank: tuple[Any, ...]


def judge(one: LinkRow, other: LinkRow) -> Pair | None:
    """The pair with its kind, orientation and score; None where the two have nothing in common.

    Both have the same amount and currency; the caller sees to that.
    """
    mine, its = tier_of(one.source), tier_of(other.source)
    if mine is None or its is None:
        return None
    lower, upper = (one, other) if mine <= its else (other, one)
    if mine != its and _SIDE.get(lower.direction) == _SIDE.get(upper.direction, ""):
        verdict = None if lower.is_settled else _same_payment(lower, upper)
        return None if verdict is None else _pair(lower, upper, verdict)
    settled = any(row.is_settled and row.direction != "transfer" for row in (one, other))
    if settled or not _different_accounts(lower, upper):
        return None
    return _own_transfer(lower, upper)


def _pair(source: LinkRow, target: LinkRow, verdict: Verdict) -> Pair | None:
    if verdict.status is None:
        return None
    lag = abs(source.time - target.time) if source.has_clock and target.has_clock else 0
    days = abs(source.local_day - target.local_day)
    ends = Ends(
        kind=verdict.kind,
        from_id=source.id,
        to_id=target.id,
        from_tier=tier_of(source.source) or BANK,
        to_tier=tier_of(target.source) or BANK,
    )
    return Pair(ends, verdict, (-verdict.score, days, lag, source.order, target.order))


def _same_payment(card: LinkRow, app: LinkRow) -> Verdict | None:
    days = card.local_day - app.local_day
    if -1 <= days <= MAX_LAG_DAYS_BY_NUMBER and (number := _shared_number(card, app)):
        return Verdict("same_payment", 0.98, "order-number", {"number": number})
    score = _lag_score(card, app)
    evidence = _account_evidence(card, app)
    if score is None or evidence is None or _names_another_wallet(card, app.source):
        return None
    tail, worth = evidence
    score += worth
    params: dict[str, object] = _lag_params(card, app)
    if tail:
        params["tail"] = tail
    named = app.source in platforms_of(card.text)
    merchant = _names_merchant(card, app)
    score += 0.25 * named + 0.15 * merchant
    if card.merchant and not named and not merchant:
        score -= 0.10
    if named:
        params["platform"] = app.source
    code = "time-amount-tail" if tail else "time-amount"
    return Verdict("same_payment", round(min(score, 0.97), 2), code, params)


def _shared_number(card: LinkRow, app: LinkRow) -> str:
    said = f"{card.note} {card.merchant} {card.external_id} {card.order_ref}"
    for number in (app.external_id, app.order_ref):
        if len(number) >= _MIN_ORDER_CHARS and number in said:
            return number
    return ""


def _lag_score(card: LinkRow, app: LinkRow) -> float | None:
    """What the time between payment and posting is worth; None: too far apart."""
    days = card.local_day - app.local_day
    if card.has_clock and app.has_clock:
        seconds = abs(card.time - app.time)
        for limit, worth in ((_TWO_MINUTES_S, 0.45), (_TEN_MINUTES_S, 0.40), (_HOUR_S, 0.30)):
            if seconds <= limit:
                return worth
        by_day = (0.20, 0.15, 0.10, 0.10)
    else:
        by_day = (0.30, 0.25, 0.20, 0.15)
    return by_day[days] if 0 <= days <= MAX_LAG_DAYS else None


def _lag_params(one: LinkRow, other: LinkRow) -> dict[str, object]:
    if one.has_clock and other.has_clock:
        return {"seconds": abs(one.time - other.time)}
    return {"days": abs(one.local_day - other.local_day)}


def _account_evidence(card: LinkRow, app: LinkRow) -> tuple[str, float] | None:
    """The shared card tail and what the accounts are worth; None where they contradict."""
    paid_by, own = tails_of(app.account), tails_of(card.account)
    wallets = platforms_of(app.account) & WALLETS if tier_of(app.source) == SHOP else frozenset()
    if wallets and tier_of(card.source) == WALLET:
        return ("", 0.30) if card.source in wallets else None
    if paid_by and own:
        shared = sorted(paid_by & own)
        return (shared[0], 0.30) if shared else None
    banks, own_banks = banks_of(app.account), banks_of(f"{card.account} {card.source}", card.source)
    if banks and own_banks:
        return ("", 0.10) if banks & own_banks else None
    if not banks and not paid_by and is_own_purse(app.account):
        return None
    return ("", 0.0)


def _names_another_wallet(card: LinkRow, source: str) -> bool:
    """A card statement says through which wallet it was paid; another wallet's row is another."""
    wallets = platforms_of(card.text) & WALLETS
    return source in WALLETS and bool(wallets) and source not in wallets


_NAME_CHARS = 4


def _names_merchant(card: LinkRow, app: LinkRow) -> bool:
    name = app.merchant.strip()
    return len(name) > 1 and name[:_NAME_CHARS] in card.text


def _different_accounts(one: LinkRow, other: LinkRow) -> bool:
    if one.source != other.source:
        return True
    # One statement never tells both ends; two cards of one bank are told apart by their tails.
    mine, its = tails_of(one.account), tails_of(other.account)
    return one.import_id != other.import_id and bool(mine) and bool(its) and not mine & its


def _own_transfer(lower: LinkRow, upper: LinkRow) -> Pair | None:
    ends = _ends(lower, upper)
    if ends is None or (tier_of(lower.source) != BANK and tier_of(upper.source) != BANK):
        return None
    out, into = ends
    worth = _transfer_lag_score(out, into)
    evidence = _transfer_evidence(lower, upper)
    if worth is None or evidence is None:
        return None
    params = _lag_params(out, into)
    tail, more = evidence
    if tail:
        params["tail"] = tail
    score = round(min(worth + more, 0.97), 2)
    return _pair(out, into, Verdict("own_transfer", score, "transfer-pair", params))


def _ends(lower: LinkRow, upper: LinkRow) -> tuple[LinkRow, LinkRow] | None:
    """Where the money left and where it arrived; None where the two sides contradict."""
    sides = _flow(lower), _flow(upper)
    if sides in {("out", "in"), ("out", ""), ("", "in")}:
        return lower, upper
    if sides in {("in", "out"), ("in", ""), ("", "out")}:
        return upper, lower
    if sides == ("", ""):
        return (lower, upper) if lower.order <= upper.order else (upper, lower)
    return None


def _flow(row: LinkRow) -> str | None:
    """Which way the money went: out, in, "" where a transfer does not say; None for the rest."""
    if row.direction in {"expense", "income"}:
        return _SIDE[row.direction]
    if row.direction != "transfer":
        return None
    if tier_of(row.source) == WALLET:
        into, out = bool(_INTO_WALLET.search(row.text)), bool(_OUT_OF_WALLET.search(row.text))
        if into != out:
            return "in" if into else "out"
    return ""


def _transfer_lag_score(out: LinkRow, into: LinkRow) -> float | None:
    days = into.local_day - out.local_day
    if out.has_clock and into.has_clock:
        seconds = into.time - out.time
        for limit, worth in ((_TWO_MINUTES_S, 0.40), (_TEN_MINUTES_S, 0.35)):
            if abs(seconds) <= limit:
                return worth
        by_day = (0.25, 0.20, 0.10, 0.10)
    else:
        by_day = (0.30, 0.25, 0.15, 0.10)
    return by_day[days] if 0 <= days <= MAX_LAG_DAYS else None


def _transfer_evidence(lower: LinkRow, upper: LinkRow) -> tuple[str, float] | None:
    """The tail that one row names of the other and what all signs are worth; None without any."""
    if tier_of(upper.source) == WALLET:
        accounts = _account_evidence(lower, upper)
        if accounts is None and tails_of(upper.account):
            return None
        if _names_another_wallet(lower, upper.source):
            return None
    tail = _named_tail(lower, upper)
    own = _count(_OWN_MOVE, lower, upper)
    sent = _count(_REMITTANCE, lower, upper)
    stated = sum(row.direction == "transfer" for row in (lower, upper))
    if not (tail or own or stated or sent > 1):
        return None
    score = 0.30 * bool(tail) + (0, 0.20, 0.30)[own] + (0, 0.10, 0.15)[sent]
    score += (0, 0.10, 0.15)[stated] + 0.15 * _names_counterpart(lower, upper)
    return tail, score


def _count(words: re.Pattern[str], *rows: LinkRow) -> int:
    return sum(bool(words.search(row.text)) for row in rows)


def _named_tail(lower: LinkRow, upper: LinkRow) -> str:
    for row, other in ((lower, upper), (upper, lower)):
        said = {digits[-4:] for digits in _DIGITS.findall(row.text)} | tails_of(row.text)
        if tier_of(row.source) == WALLET:
            said |= tails_of(row.account)
        if shared := sorted(said & tails_of(other.account)):
            return shared[0]
    return ""


def _names_counterpart(lower: LinkRow, upper: LinkRow) -> bool:
    if tier_of(upper.source) == WALLET:
        return upper.source in platforms_of(lower.text)
    for row, other in ((lower, upper), (upper, lower)):
        if banks_of(row.text) & banks_of(other.account, other.source):
            return True
    return False


def refund_verdict(*, amount_minor: int, spent_minor: int, days: int) -> Verdict:
    """A refund at the merchant of an earlier spending: a question, never a link by itself."""
    score = 0.50 if amount_minor == spent_minor else 0.42
    return Verdict("refund", score, "refund-merchant-amount", {"days": days})


class Claims:
    """Who is spoken for: no row is given away twice.

    A row belongs to one kind. It is the source of one link, and the target of one link for each
    tier below it, since a shop's row may stand in a wallet's statement and in a bank's.
    """

    def __init__(self) -> None:
        self._kinds: dict[int, str] = {}
        self._sources: set[int] = set()
        self._targets: set[tuple[int, int]] = set()

    def take(self, link: Ends) -> bool:
        """Whether both rows were still free; then they are taken."""
        if not self.is_free(link):
            return False
        sources, targets = _places(link)
        self._kinds |= dict.fromkeys((link.from_id, link.to_id), link.kind)
        self._sources |= sources
        self._targets |= targets
        return True

    def is_free(self, link: Ends) -> bool:
        """Whether both rows are free for the link."""
        if any(self._kinds.get(row, link.kind) != link.kind for row in (link.from_id, link.to_id)):
            return False
        sources, targets = _places(link)
        return not (sources & self._sources or targets & self._targets)


def _places(link: Ends) -> tuple[set[int], set[tuple[int, int]]]:
    """The rows that the link takes as a source, and as the target of one tier."""
    sources, targets = {link.from_id}, {(link.to_id, link.from_tier)}
    if link.kind == "own_transfer":
        # Money passes through a wallet, but moves only once on a bank account.
        banks = [(link.from_id, link.from_tier), (link.to_id, link.to_tier)]
        once = {row for row, tier in banks if tier == BANK}
        sources |= once
        targets |= {(row, tier) for row in once for tier in (BANK, WALLET, SHOP)}
    return sources, targets


def assign(pairs: Iterable[Pair], claims: Claims) -> Sequence[Pair]:
    """The pairs that hold, best first.

    Equal pairs are taken in the order of their rows, so that two equal coffees meet in the order
    of the day.
    """
    return [pair for pair in sorted(pairs, key=lambda pair: pair.rank) if claims.take(pair.ends)]
