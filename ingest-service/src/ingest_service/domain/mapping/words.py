"""Words that tell what a column or a cell means, in the languages that statements come in."""

from __future__ import annotations

from collections.abc import Mapping

from ingest_service.domain.currencies import CURRENCY_WORDS

_HEADERS = """
time: 交易时间, 时间, 日期时间, 日期, 交易日期, 交易日, 消费时间, 消费日期, 付款时间, 记账日期
time: 记账时间
time: 入账日期, 记账日, 入账日, time, datetime, date, transactiondate, dateandtime, transactiontime
time: transdate, postingdate, posteddate, completeddate, starteddate, bookingdate, paiddate
time: paymentdate, dateprocessed, valuedate, created, createdat
time: buchungstag, buchungsdatum, datum, belegdatum, wertstellung, valutadatum, valuta
time: dateoperation, dateopération, datedelopération, datecomptable, datevaleur
time: fecha, fechaoperacion, fechaoperación, fechavalor, transactiedatum, boekdatum, data, dato
clock: 交易时刻, 时刻, 时分, timeofday, clock, uhrzeit, heure, hora, tijd
amount: 金额, 金额(元), 交易金额, 消费金额, 发生额, 人民币金额, 金额(人民币), 总金额, 价格, 实付金额
amount: amount, transactionamount, amt, transactionamt, value, sum, total, price, totalamount
amount: betrag, umsatz, buchungsbetrag, montant, importe, bedrag, importo, valor, belopp, kwota
out: 支出, 支出金额, 支出金额(元), 借方金额, 借方发生额, 付款金额, 转出金额, 借方, 支取, debit
out: debitamount, withdrawal, withdrawals, withdrawalamount, paidout, moneyout, outflow, spent
out: soll, belastung, débit, montantdébit, cargo, cargos, debe, af, afschrijving, debet
in: 收入, 收入金额, 收入金额(元), 贷方金额, 贷方发生额, 存入金额, 转入金额, 贷方, 存入, credit
in: creditamount, deposit, deposits, depositamount, paidin, moneyin, inflow, received
in: haben, gutschrift, crédit, montantcrédit, abono, abonos, haber, bij, bijschrijving
direction: 收支, 收/支, 收支类型, 类型, 交易类型, 借贷标志, 借贷, 收支方向, 借/贷, direction, type
direction: transactiontype, kind, debit/credit, credit/debit, dr/cr, cr/dr, d/c, c/d, d/k, dc, cd
direction: soll/haben, sollhaben, s/h, af/bij, afbij, flow, in/out, inout, debitorcredit
merchant: 商户, 商家, 商户名称, 交易对方, 对方户名, 对方名称, 收款方, 店铺, 交易地点, payee
merchant: merchant, merchantname, vendor, name, counterparty, counterpartyname, store, supplier
merchant: suppliername, shop, retailer, recipient, beneficiary, payeename, partner
merchant: empfänger, empfaenger, begünstigter/zahlungspflichtiger, zahlungsempfänger
merchant: beguenstigter/zahlungspflichtiger, auftraggeber/empfänger, auftraggeber/beguenstigter
merchant: bénéficiaire, marchand, beneficiario, comercio, establecimiento, naam, naamtegenpartij
merchant: tegenpartij, handelaar, begunstigde
note: 备注, 摘要, 说明, 用途, 商品, 商品名称, 交易摘要, 附言, 交易说明, note, notes
note: description, memo, details, narrative, reference, item, transactiondescription, particulars
note: verwendungszweck, buchungstext, beschreibung, transaktionsbeschreibung, libellé, libelle
note: bemerkung, kommentar, commentaire, comment, comments, remark, remarks, notiz, buchungsinfo
note: concepto, descripción, descripcion, omschrijving, mededelingen, mededeling, omschrijving-1
category: 分类, 类别, 交易分类, 账目分类, category, kategorie, catégorie, categoría, categorie
currency: 币种, 货币, 币别, 交易币种, currency, ccy, currencycode, währung, waehrung, devise, moneda
currency: divisa, munt, valuta, buchungswährung
external_id: 单号, 流水号, 交易流水号, 订单号, 交易单号, id, transactionid, referencenumber
external_id: transno, transactionnumber, receiptnumber, referenznummer, buchungsreferenz
account: 账户, 账号, 卡号, 付款方式, 支付方式, account, card, paymentmethod, accountnumber
account: cardnumber, konto, kontonummer, iban, compte, cuenta, rekening, rekeningnummer
place: 地点, 城市, 地址, place, location, city, address, ort, lieu, lugar, plaats
lat: 纬度, lat, latitude
lon: 经度, lon, lng, longitude
"""

_PARTS: Mapping[str, tuple[str, ...]] = {
    "time": ("日期", "时间", "date", "datum", "fecha", "buchungstag", "created", "_dt", "transdt"),
    "clock": ("uhrzeit", "timeofday"),
    "amount": ("金额", "发生额", "amount", "betrag", "montant", "importe", "bedrag", "amt",
             "value"),
    "out": ("支出", "借方", "转出", "debit", "withdraw", "paidout", "moneyout", "outflow", "soll"),
    "in": ("收入", "贷方", "存入", "转入", "credit", "deposit", "paidin", "moneyin", "inflow"),
    "direction": ("收支", "借贷", "标志", "debit/credit", "d/c"),
    "merchant": ("商户", "对方", "商家", "merchant", "payee", "supplier", "vendor", "counterpart",
                 "empfänger", "tegenpartij", "beneficiary"),
    "note": ("摘要", "备注", "说明", "description", "narrative", "memo", "zweck", "omschrijving",
             "libell", "detail", "note", "message", "text", "descr"),
    "category": ("分类", "类别", "category", "catergory", "kategorie", "catégorie"),
    "currency": ("币种", "货币", "currency", "währung", "waehrung", "munt"),
    "external_id": ("流水号", "单号", "transactionid", "transno", "reference", "referenz"),
    "account": ("卡号", "账号", "账户", "account", "iban", "konto"),
    "place": ("城市", "地点", "location", "city"),
}  # fmt: skip
_NOT_THIS_AMOUNT = (
    "余额", "结余", "balance", "saldo", "solde", "汇率", "rate", "kurs", "koers", "手续费", "fee",
    "entgelt", "kosten", "税", "vat", "tax", "折扣", "discount", "积分", "points", "原始",
    "original",
    "foreign", "local", "fremd", "oorspr", "可用", "available", "code", "年", "year", "number",
    "quantity", "数量", "qty", "supplierid", "limit", "额度",
)  # fmt: skip

MONTHS: Mapping[str, str] = {
    name: str(number)
    for number, names in enumerate(
        (
            "jan january januar jänner janvier enero ene januari",
            "feb february februar februari février fevrier févr fevr febrero",
            "mar march märz maerz mär mrz mars marzo maart mrt",
            "apr april avril avr abril abr",
            "may mai mayo mei",
            "jun june juni juin junio",
            "jul july juli juillet juil julio",
            "aug august août aout agosto ago augustus",
            "sep sept september septembre septiembre",
            "oct october oktober okt octobre octubre",
            "nov november novembre noviembre",
            "dec december dezember dez décembre decembre déc diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
NOON_MARKS: Mapping[str, bool] = {
    "am": False, "a.m.": False, "上午": False, "pm": True, "p.m.": True, "下午": True,
    "凌晨": False, "早上": False, "晚上": True, "中午": True,
}  # fmt: skip
"""Whether the mark beside a clock means the hours after noon."""

_CODES = (
    "CNY", "USD", "EUR", "GBP", "JPY", "HKD", "MOP", "TWD", "KRW", "SGD", "AUD", "CAD", "NZD",
    "CHF", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "RUB", "UAH",
    "ILS", "INR", "IDR", "THB", "MYR", "PHP", "VND", "BRL", "MXN", "ARS", "CLP", "COP", "ZAR",
    "EGP", "AED", "SAR", "KWD", "BHD", "LTL", "LVL", "EEK",
)  # fmt: skip
CURRENCY_MARKS: Mapping[str, str] = {
    **{code: code for code in _CODES},
    **CURRENCY_WORDS,
    "圆": "CNY", "円": "JPY",
    "€": "EUR", "£": "GBP", "US$": "USD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "A$": "AUD",
    "C$": "CAD", "R$": "BRL", "₩": "KRW", "₹": "INR", "₽": "RUB", "₫": "VND", "฿": "THB",
    "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF", "RS": "INR", "FR.": "CHF", "SFR": "CHF",
    # Several countries write these.
    "¥": "", "￥": "", "$": "", "KR": "", "KR.": "",
}  # fmt: skip
"""Marks of money to the code they mean, "" where several currencies have the mark."""

DIRECTION_OF_WORD: Mapping[str, str] = {
    "支出": "expense", "支": "expense", "消费": "expense", "付款": "expense", "借": "expense",
    "出": "expense", "付": "expense", "借方": "expense",
    "expense": "expense", "debit": "expense", "payment": "expense", "purchase": "expense",
    "out": "expense", "dr": "expense", "card_payment": "expense", "outflow": "expense",
    "withdrawal": "expense", "d": "expense", "db": "expense", "s": "expense", "soll": "expense",
    "af": "expense", "-": "expense", "dbit": "expense", "debet": "expense",
    "direct debit": "expense",
    "收入": "income", "收": "income", "收款": "income", "贷": "income", "income": "income",
    "入": "income", "贷方": "income",
    "credit": "income", "deposit": "income", "in": "income", "cr": "income", "inflow": "income",
    "c": "income", "cb": "income", "k": "income", "h": "income", "haben": "income",
    "bij": "income", "+": "income", "crdt": "income", "kredit": "income",
    "转账": "transfer", "transfer": "transfer", "退款": "refund", "refund": "refund",
    "不计收支": "neutral", "neutral": "neutral", "/": "neutral",
}  # fmt: skip
"""Which way money went, by the word of a direction column in lower case."""
FLAGS = frozenset(
    {"d", "c", "k", "s", "h", "db", "cb", "dr", "cr", "af", "bij", "debit", "credit", "dbit",
    "crdt",
     "支出", "收入", "支", "收", "借", "贷", "in", "out", "inflow", "outflow", "+", "-", "soll",
     "haben",
     "expense", "income", "debet", "kredit"}
)  # fmt: skip
"""Words that tell a direction wherever they fill a column."""

INCOME_WORDS = (
    "工资", "薪资", "代发", "奖金", "salary", "payroll", "wages", "gehalt", "salaire", "nómina",
    "salaris",
)  # fmt: skip
BACK_WORDS = ("退款", "退货", "refund", "payment received", "payment - thank you")
SUMMARY_WORDS = frozenset(
    {
        "合计",
        "总计",
        "小计",
        "共计",
        "total",
        "totals",
        "subtotal",
        "sum",
        "summe",
        "gesamt",
        "turnover",
    }
)
BALANCE_WORDS = frozenset(
    {"期初余额", "期末余额", "上期余额", "本期余额", "opening balance", "closing balance",
    "balance",
     "balance brought forward", "balance carried forward", "anfangssaldo", "endsaldo", "beginsaldo",
     "eindsaldo", "saldo inicial", "saldo final", "solde initial", "solde final"}
)  # fmt: skip

_DROPPED = str.maketrans(dict.fromkeys("_-.:#*'\" \t"))
EXACT, PART = 1.0, 0.6


def _read_headers(lines: str) -> dict[str, tuple[str, ...]]:
    """The headers of every role, the likeliest first."""
    names: dict[str, tuple[str, ...]] = {}
    for line in lines.strip().splitlines():
        role, _, words = line.partition(": ")
        names[role] = names.get(role, ()) + tuple(word.strip() for word in words.split(","))
    return names


HEADER_NAMES: Mapping[str, tuple[str, ...]] = _read_headers(_HEADERS)
_RANK = {
    role: {name.translate(_DROPPED): rank for rank, name in reversed(list(enumerate(names)))}
    for role, names in HEADER_NAMES.items()
}


def name_score(role: str, name: str) -> float:
    """How well a cleaned header names a role: EXACT (less a little by rank), PART, or 0."""
    bare = name.translate(_DROPPED)
    stem = bare.partition("(")[0] if not bare.startswith("(") else bare
    if role in {"amount", "out", "in"} and any(word in bare for word in _NOT_THIS_AMOUNT):
        return 0.0
    for text in (bare, stem):
        rank = _RANK[role].get(text)
        if rank is not None:
            return EXACT - rank / 1000
    code = bare[-3:].upper()
    if role in {"amount", "out", "in"} and CURRENCY_MARKS.get(code) == code:
        rank = _RANK[role].get(bare[:-3])
        if rank is not None:
            return EXACT - rank / 1000
    return PART if any(part in bare for part in _PARTS.get(role, ())) else 0.0


def currency_in_name(name: str) -> str:
    """The code that a header tells in brackets or at its end: Betrag (EUR), Amount CZK."""
    tail = name.rstrip(")").rpartition("(")[2].strip().upper()
    if "(" in name and (known := CURRENCY_MARKS.get(tail)):
        return known
    code = name[-3:].upper()
    return code if CURRENCY_MARKS.get(code) == code else ""
