"""OFX, QIF, MT940 and CAMT that are broken, endless or hostile."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.model import BadFile, of_bytes, of_text, streamed

_MIB = 1 << 20
_SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
_LAUGHS = "".join(f'<!ENTITY l{at + 1} "{f"&l{at};" * 10}">' for at in range(9))
_DOCTYPES = {
    "laughs": (f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]>', "&l9;"),
    "external": ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;"),
    "external-dtd": ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', ""),
    "recursive": ('<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"),
    "parameter": ('<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>', ""),
    "quadratic": (f'<!DOCTYPE x [<!ENTITY q "{"q" * 50_000}">]>', "&q;" * 20_000),
}
OFX = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nCHARSET:1252\r\n\r\n"
    "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1234567890"
    "<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>"
    + "".join(
        f"<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>202403{day:02}120000<TRNAMT>-{day}.50<FITID>F{day}"
        f"<NAME>Shop {day}<MEMO>memo {day}</STMTTRN>"
        for day in range(1, 21)
    )
    + "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
)
QIF = "!Type:Bank\n" + "".join(
    f"D{day}/03/2024\nT-{day}.50\nPShop {day}\nMmemo\nLFood\n^\n" for day in range(13, 29)
)
MT940 = (
    ":20:STATEMENT\r\n:25:NL00BANK0123456789\r\n:28C:1/1\r\n:60F:C240301EUR100,00\r\n"
    + "".join(
        f":61:2403{day:02}03{day:02}D{day},50NTRFNONREF//B{day}\r\n:86:Shop {day} memo\r\n"
        for day in range(1, 21)
    )
    + ":62F:C240331EUR10,00\r\n-\r\n"
)


def _entry(day: int, more: str = "") -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{day}.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>2024-03-{day:02}</Dt></BookgDt><AcctSvcrRef>R{day}</AcctSvcrRef>"
        f"<AddtlNtryInf>Shop {day}{more}</AddtlNtryInf></Ntry>"
    )


def _camt(entries: str, *, doctype: str = "", encoding: str = "UTF-8", space: str = _SPACE) -> str:
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<Document xmlns="{space}">'
        "<BkToCstmrStmt><Stmt><Acct><Id><IBAN>NL00BANK0123456789</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{entries}</Stmt></BkToCstmrStmt></Document>"
    )


_ENTRIES = "".join(_entry(day) for day in range(1, 21))
CAMT = _camt(_ENTRIES)


def files() -> Iterator[BadFile]:
    """All of them."""
    yield of_text("good.ofx", OFX)
    yield of_text("good.qif", QIF)
    yield of_text("good.sta", MT940)
    yield of_text("good-camt.xml", CAMT)
    yield from _ofx()
    yield from _qif()
    yield from _mt940()
    yield from _hostile_camt()
    yield from _broken_camt()


def _ofx() -> Iterator[BadFile]:
    head = OFX[: OFX.index("<STMTTRN>")]
    for name, text in {
        "header-only": "OFXHEADER:100\r\nDATA:OFXSGML\r\n\r\n",
        "no-transactions": head + "</BANKTRANLIST></STMTRS></OFX>",
        "never-closed": OFX.replace("</STMTTRN>", ""),
        "bad-dates": OFX.replace("202403", "209913"),
        "no-dates": OFX.replace("<DTPOSTED>202403", "<DTUSER>"),
        "bad-amounts": OFX.replace("<TRNAMT>-", "<TRNAMT>NaN"),
        "amount-1e30": OFX.replace("<TRNAMT>-1.50", "<TRNAMT>-1e30"),
        "bad-currency": OFX.replace("EUR", "€€€"),
        "same-ids": OFX.replace("<FITID>F", "<FITID>F1<X>"),
        "charset-unknown": OFX.replace("1252", "KLINGON-9"),
        "comments": "<!-- x -->" * 3_000 + "<FOO>" + OFX,
        "comments-nested": "<!--" * 3_000 + "<OFX>" + OFX,
        "tag-endless": head + "<" + "A" * 900_000 + "<STMTTRN>" + OFX,
        "tag-attributes": head + "<A " + "b " * 400_000 + OFX,
        "cdata-endless": head + "<![CDATA[" + "x" * 900_000,
        "cdata-many": head + "<![CDATA[" * 90_000 + "]]>" + OFX,
        "nested-deep": head + "<A>" * 200_000 + OFX[OFX.index("<STMTTRN>") :],
        "entities": OFX.replace("memo", "&amp;" * 2_000),
        "entity-bomb": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><?OFX?>' + OFX,
        "html": "<OFX><html><body>Session expired</body></html></OFX>",
        "nul": OFX.replace("memo", "me\x00mo"),
        "investments": OFX.replace("STMTTRN>", "BUYSTOCK>"),
    }.items():
        yield of_text(f"{name}.ofx", text)
    yield of_bytes("utf16.ofx", OFX.encode("utf-16"))
    yield streamed("one-value-40-mb.ofx", lambda: [head.encode(), b"<MEMO>", *([b"x" * _MIB] * 40)])


def _qif() -> Iterator[BadFile]:
    for name, text in {
        "type-only": "!Type:Bank\n",
        "type-unknown": QIF.replace("Bank", "Nonsense"),
        "never-ended": QIF.replace("^\n", ""),
        "dates-bad": QIF.replace("/03/", "/33/"),
        "amounts-bad": QIF.replace("T-", "Tabc"),
        "splits-100000": "!Type:Bank\nD13/03/2024\nT-5.00\n" + "SFood\n$-1.00\n" * 100_000 + "^\n",
        "splits-do-not-add-up": QIF.replace("^", "SFood\n$-1.00\nSRent\n$-2.00\n^"),
        "carets": "!Type:Bank\n" + "^\n" * 500_000,
        "sections": "!Type:Bank\n" * 300_000,
        "categories-only": "!Type:Cat\nNFood\nE\n^\n" * 50,
        "line-2-mb": QIF.replace("Pshop", "P") + "P" + "x" * (2 * _MIB) + "\n^\n",
    }.items():
        yield of_text(f"{name}.qif", text)


def _mt940() -> Iterator[BadFile]:
    for name, text in {
        "header-only": MT940[: MT940.index(":61:")],
        "no-balance": MT940.replace(":60F:C240301EUR100,00\r\n", ""),
        "entries-bad": MT940.replace(":61:2403", ":61:xx99"),
        "dates-impossible": MT940.replace(":61:2403", ":61:2413"),
        "30-february": MT940.replace(":61:2403", ":61:2402"),
        "amounts-bad": MT940.replace(",50NTRF", "x50NTRF"),
        "amount-long": MT940.replace("D1,50", "D" + "9" * 300 + ",50"),
        "tags-many": ":20:X\r\n" * 60_000 + MT940,
        "tags-in-head": ":20:\n" * 4_000,
        "tabs-in-head": ":20:x\n" + "\t" * 20_000,
        "text-long": MT940.replace("memo", "memo\r\n" * 100_000, 1),
        "fields-many": MT940.replace("Shop 1 memo", "020?00X" + "?20y" * 100_000),
        "slashes-many": MT940.replace("Shop 1 memo", "/NAME/" + "/REMI/" * 50_000),
        "line-2-mb": MT940.replace("memo", "x" * (2 * _MIB), 1),
    }.items():
        yield of_text(f"{name}.sta", text)


def _hostile_camt() -> Iterator[BadFile]:
    for name, (doctype, entity) in _DOCTYPES.items():
        yield of_text(f"camt-{name}.xml", _camt(_entry(1, entity) + _ENTRIES, doctype=doctype))
    deep = "<A>" * 100_000 + "</A>" * 100_000
    yield of_text("camt-nested-deep.xml", _camt(deep + _ENTRIES))
    yield of_text("camt-nested-in-entry.xml", _camt(_entry(1).replace("</Ntry>", deep + "</Ntry>")))
    many = "<a/>" * 3_000_000
    yield streamed(
        "camt-children-3-million.xml",
        lambda: [_camt(_entry(1).replace("</Ntry>", many + "</Ntry>")).encode()],
    )
    yield streamed("camt-children-outside.xml", lambda: [_camt(many + _ENTRIES).encode()])
    head, _, tail = _camt("<!---->" + _ENTRIES).partition("<!---->")
    yield streamed(
        "camt-children-before-statement.xml",
        lambda: [
            head.replace("<Stmt>", "<GrpHdr>" + many + "</GrpHdr><Stmt>").encode(),
            tail.encode(),
        ],
    )
    attributes = " ".join(f'a{at}="x"' for at in range(200_000))
    yield of_text("camt-attributes.xml", _camt(_entry(1).replace("<Ntry>", f"<Ntry {attributes}>")))
    yield of_text(
        "camt-attribute-8-mb.xml",
        _camt(_entry(1).replace("<Ntry>", f'<Ntry a="{"x" * 8 * _MIB}">')),
    )
    yield streamed(
        "camt-text-40-mb.xml", lambda: [head.encode(), *([b"x" * _MIB] * 40), tail.encode()]
    )
    yield streamed(
        "camt-comment-40-mb.xml",
        lambda: [head.encode(), b"<!--", *([b"x" * _MIB] * 40), b"-->", tail.encode()],
    )
    details = "<TxDtls><Amt>1</Amt></TxDtls>" * 300_000
    yield streamed(
        "camt-details-300000.xml",
        lambda: [
            _camt(_entry(1).replace("</Ntry>", f"<NtryDtls>{details}</NtryDtls></Ntry>")).encode()
        ],
    )
    spaces = "".join(f'<a xmlns:n{at}="urn:{at}"/>' for at in range(50_000))
    yield of_text("camt-namespaces.xml", _camt(spaces + _ENTRIES))


def _broken_camt() -> Iterator[BadFile]:
    for name, text in {
        "no-entries": _camt(""),
        "no-amounts": CAMT.replace("<Amt", "<Xmt").replace("</Amt", "</Xmt"),
        "bad-amounts": CAMT.replace(".50<", ".5x<"),
        "amount-1e30": CAMT.replace(">1.50<", ">1e30<"),
        "negative-amounts": CAMT.replace('"EUR">', '"EUR">-'),
        "bad-dates": CAMT.replace("2024-03", "2024-15"),
        "no-dates": CAMT.replace("BookgDt", "XookgDt"),
        "bad-currency": CAMT.replace('Ccy="EUR"', 'Ccy="???"'),
        "other-message": CAMT.replace("BkToCstmrStmt", "PmtInf"),
        "other-namespace": _camt(_ENTRIES, space="urn:x"),
        "crossed-tags": CAMT.replace("</Sts>", "</Stz>"),
        "encoding-unknown": _camt(_ENTRIES, encoding="KLINGON-9"),
        "encoding-utf7": _camt(_ENTRIES, encoding="UTF-7"),
        "encoding-lies": _camt(_ENTRIES, encoding="UTF-16"),
        "nul": CAMT.replace("Shop", "Sh\x00op"),
        "junk-after": CAMT + "<junk/>",
        "twice": CAMT + CAMT,
    }.items():
        yield of_text(f"camt-{name}.xml", text)
    yield of_bytes("camt-utf16.xml", _camt(_ENTRIES, encoding="UTF-16").encode("utf-16"))
    yield of_bytes(
        "camt-latin.xml",
        _camt(_ENTRIES, encoding="ISO-8859-1").replace("Shop", "Café").encode("latin-1"),
    )
    yield of_bytes("camt-bad-utf8.xml", CAMT.encode().replace(b"Shop", b"Sh\xff\xfeop"))
