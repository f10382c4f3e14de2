"""Documents that are no tables: OFX, QIF, MT940 and CAMT, made up here in the shapes banks send."""

from __future__ import annotations

import datetime as dt
import io

import pandas as pd
import pytest

from ingest_service.domain.errors import StatementError
from ingest_service.domain.models import RowError
from ingest_service.domain.normalise import Reading
from ingest_service.domain.reading.charset import document_encoding
from ingest_service.domain.reading.documents import document_of
from ingest_service.domain.reading.numbers import plain_number
from ingest_service.domain.statement import StatementOptions, read_statement
from servicekit.money import exponent

OPTIONS = StatementOptions(Reading("Asia/Shanghai", "CNY", exponent), None, "en")


def read(data: bytes) -> tuple[str, pd.DataFrame, list[RowError]]:
    chunks = list(read_statement(io.BytesIO(data), OPTIONS))
    rows = pd.concat([chunk.rows for chunk in chunks])
    return chunks[0].profile_id, rows, [error for chunk in chunks for error in chunk.errors]


def days(rows: pd.DataFrame) -> list[str]:
    return [str(dt.date(1970, 1, 1) + dt.timedelta(days=day)) for day in rows["local_day"].tolist()]


def codes(errors: list[RowError]) -> list[tuple[int, str]]:
    return [(error.row, error.code) for error in errors]


SGML = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>00009123
<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240305120000[-5:EST]<TRNAMT>-1.234,50<FITID>a1
<NAME>Caf&eacute; &amp;amp; Br\xf6tchen<MEMO>card</STMTTRN>
<STMTTRN><TRNTYPE>XFER<DTPOSTED>20240306093000.000[+8:CST]<TRNAMT>-20.00<FITID>a2<NAME>Savings</STMTTRN>
<STMTTRN><DTPOSTED>20240307<TRNAMT>5.00<FITID>a3</STMTTRN>
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1>
<CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>USD<CCACCTFROM><ACCTID>4000111122223456</CCACCTFROM>
<BANKTRANLIST>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20240308<TRNAMT>9.99000<FITID>b1<NAME>Refund shoes</STMTTRN>
<STMTTRN><TRNTYPE>PAYMENT<DTPOSTED>20240309<TRNAMT>100<FITID>b2<NAME>Thank you</STMTTRN>
<STMTTRN><TRNTYPE>FEE<DTPOSTED>20240309<TRNAMT>0.00<FITID>b3<NAME>Nothing</STMTTRN>
</BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>
"""


def test_ofx_reads_every_statement_of_a_file_in_a_western_encoding() -> None:
    found, rows, errors = read(SGML.encode("cp1252"))
    assert found == "ofx"
    assert rows["amount_minor"].tolist() == [123450, 2000, 999, 10000]
    assert rows["currency"].tolist() == ["EUR", "EUR", "USD", "USD"]
    assert rows["direction"].tolist() == ["expense", "transfer", "refund", "transfer"]
    assert rows["merchant"].tolist()[0] == "Café & Brötchen"
    assert rows["account"].tolist()[1:3] == ["CHECKING(9123)", "CREDITCARD(3456)"]
    # Noon is a placeholder, so the bank's day stays; a real clock with its zone is an instant.
    assert days(rows)[0] == "2024-03-05"
    assert rows["time"].tolist()[1] == 1709688600
    assert codes(errors) == [(3, "direction-invalid"), (6, "zero-amount")]


def test_ofx_of_version_2_reads_the_same_with_cdata_and_without_an_end_of_line() -> None:
    data = (
        '<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211"?>'
        "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>CNY</CURDEF><BANKTRANLIST><STMTTRN>"
        "<TRNTYPE>POS</TRNTYPE><DTPOSTED>20240305</DTPOSTED><TRNAMT>-28.50</TRNAMT>"
        "<PAYEE><NAME><![CDATA[拉面 <一>]]></NAME><CITY>上海</CITY></PAYEE><FITID></FITID>"
        "</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
    _, rows, errors = read(data.encode())
    assert (rows["merchant"].tolist(), rows["amount_minor"].tolist()) == (["拉面 <一>"], [2850])
    assert errors == []


@pytest.mark.parametrize(
    ("kind", "amount", "direction"),
    [("ATM", "-50", "expense"), ("ATM", "50", "transfer"), ("CASH", "50", "transfer")],
)
def test_ofx_takes_cash_out_as_spending_and_cash_paid_in_as_own_money(
    kind: str, amount: str, direction: str
) -> None:
    data = (
        "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKTRANLIST><STMTTRN>"
        f"<TRNTYPE>{kind}<DTPOSTED>20240305<TRNAMT>{amount}<FITID>1</STMTTRN></BANKTRANLIST>"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
    _, rows, _ = read(data.encode())
    assert rows["direction"].tolist() == [direction]


@pytest.mark.parametrize(
    ("amount", "minor", "note"),
    [
        ("-00000000000197.1063", [19711], "197.1063"),
        ("1500.0000", [150000], ""),
        ("197.1220", [19712], "197.1220"),
        ("1.234", [], ""),
        ("0.1255", [13], ".1255"),
    ],
)
def test_ofx_rounds_what_brokers_state_in_hundredths_of_cents_and_keeps_it_in_the_note(
    amount: str, minor: list[int], note: str
) -> None:
    data = (
        "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKTRANLIST><STMTTRN>"
        f"<TRNTYPE>DEP<DTPOSTED>20240305<TRNAMT>{amount}<FITID>1<NAME>Broker</STMTTRN>"
        "</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
    _, rows, errors = read(data.encode())
    assert rows["amount_minor"].tolist() == minor
    assert rows["note"].tolist() == [note] * len(minor)
    assert codes(errors) == ([] if minor else [(1, "amount-precision")])


def test_ofx_without_its_currency_is_an_error_and_investments_are_no_spending() -> None:
    data = (
        "<OFX><INVSTMTMSGSRSV1><INVSTMTTRNRS><INVSTMTRS><INVTRANLIST><BUYMF><INVBUY><INVTRAN>"
        "<FITID>1<DTTRADE>20240305</INVTRAN><TOTAL>-500</INVBUY></BUYMF>"
        "<INVBANKTRAN><STMTTRN><TRNTYPE>INT<DTPOSTED>20240306<TRNAMT>1.00<FITID>2</STMTTRN>"
        "</INVBANKTRAN></INVTRANLIST></INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1></OFX>"
    )
    _, _, errors = read(data.encode())
    assert codes(errors) == [(2, "currency-invalid"), (1, "not-a-transaction")]


QIF = """!Account
N家庭账户
^
!Type:Bank
D3/ 5'24
T-1,234.50
PShop
MWeekly
SFood:Groceries/Trip
ETomatoes
$-1,200.00
SHousehold
$-34.50
^
D3/13'24
T50.00
POpening Balance
L[家庭账户]
^
D3/14'24
T-20.00
L[Savings]
^
!Type:Invst
D3/15'24
NBuy
T99.00
^
"""


def test_qif_reads_splits_transfers_and_years_with_an_apostrophe() -> None:
    found, rows, errors = read(QIF.encode("gb18030"))
    assert found == "qif"
    assert rows["amount_minor"].tolist() == [120000, 3450, 2000]
    assert rows["direction"].tolist() == ["expense", "expense", "transfer"]
    assert rows["category_path"].tolist() == ["Food/Groceries", "Household", ""]
    assert rows["note"].tolist()[:2] == ["Tomatoes", "Weekly"]
    assert days(rows) == ["2024-03-05", "2024-03-05", "2024-03-14"]
    assert rows["account"].tolist()[0] == "家庭账户"
    assert codes(errors) == [(15, "balance-row"), (25, "not-a-transaction")]


@pytest.mark.parametrize(
    "dates",
    [
        ("01/02/2024", "02/02/2024", "03/02/2024"),
        ("02/01/2024", "02/02/2024", "02/03/2024"),
        ("24-02-01", "24-2-2", "24'2.3"),
        ("01.02.24", "02.02.24", "03.02.24"),
        ("2/13/24", "2/1/24"),
        ("13.2.24", "1.2.24"),
    ],
)
def test_the_dates_of_a_qif_file_tell_their_order_together(dates: tuple[str, ...]) -> None:
    data = "!Type:CCard\n" + "".join(f"D{date}\nT-1\n^\n" for date in dates)
    _, rows, errors = read(data.encode())
    assert errors == []
    assert all(day.startswith("2024-02") for day in days(rows))


MT940 = """{1:F01BANKDEFF0000}{2:I940BANKDEFF}{4:
\t:20:STARTUMS
\t:25:50880050/0194774600
\t:28C:1/1
\t:60F:C240301EUR1000,00
\t:61:2403040305DR28,5NDDTNONREF//B100
\t:86:105?00LASTSCHRIFT?100399?20EREF+E-77?21SVWZ+Rechnung 4?22711?32Stadt
\twerke?33 GmbH
\t:61:2402300301C1000,NTRFNONREF
\t:86:/TRTP/SEPA/IBAN/NL00/NAME/J. Jansen/REMI/Loon februari/EREF/NOTPROVIDED
\t:61:240306RD5,00NTRFREF9
\t:86:free text
\tover two lines
\t:61:240307C12.45NTRFX
\t:62F:C240307EUR0,00
\t:86:not of an entry
\t-}"""


def test_mt940_reads_structured_slashed_and_free_texts_of_indented_lines() -> None:
    found, rows, errors = read(MT940.encode())
    assert found == "mt940"
    assert rows["amount_minor"].tolist() == [2850, 100000, 500]
    assert rows["direction"].tolist() == ["expense", "income", "refund"]
    assert rows["merchant"].tolist() == ["Stadtwerke GmbH", "J. Jansen", ""]
    assert rows["note"].tolist() == ["Rechnung 4711", "Loon februari", "free text over two lines"]
    assert rows["order_ref"].tolist() == ["E-77", "", ""]
    assert rows["external_id"].tolist() == ["B100", "", "REF9"]
    # A bank's February may have 30 days.
    assert days(rows) == ["2024-03-04", "2024-02-29", "2024-03-06"]
    assert codes(errors) == [(14, "amount-invalid")]


def _camt(entries: str, *, version: str = "053.001.08") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<c:Document xmlns:c="urn:iso:std:iso:20022:tech:xsd:camt.{version}"><c:BkToCstmrStmt>
<c:GrpHdr><c:MsgId>1</c:MsgId></c:GrpHdr>
<c:Stmt><c:Acct><c:Id><c:IBAN>DE00 1234 5678</c:IBAN></c:Id><c:Ccy>EUR</c:Ccy></c:Acct>
{entries}</c:Stmt></c:BkToCstmrStmt></c:Document>""".encode()


def _entry(inner: str, *, mark: str = "DBIT", amount: str = "30.00") -> str:
    return (
        f'<c:Ntry><c:Amt Ccy="EUR">{amount}</c:Amt><c:CdtDbtInd>{mark}</c:CdtDbtInd>'
        f"<c:Sts><c:Cd>BOOK</c:Cd></c:Sts><c:BookgDt><c:Dt>2024-03-05+01:00</c:Dt></c:BookgDt>"
        f"{inner}</c:Ntry>"
    )


def _detail(amount: str, name: str) -> str:
    return (
        f'<c:TxDtls><c:Amt Ccy="EUR">{amount}</c:Amt><c:RltdPties><c:Cdtr><c:Pty><c:Nm>{name}'
        "</c:Nm></c:Pty></c:Cdtr></c:RltdPties></c:TxDtls>"
    )


def test_camt_reads_batches_that_add_up_apart_and_others_as_one() -> None:
    batch = f"<c:NtryDtls>{_detail('10.00', 'A')}{_detail('20.00', 'B')}</c:NtryDtls>"
    odd = f"<c:NtryDtls>{_detail('10.00', 'A')}{_detail('19.00', 'B')}</c:NtryDtls>"
    reversal = "<c:RvslInd>true</c:RvslInd><c:AddtlNtryInf>back</c:AddtlNtryInf>"
    found, rows, errors = read(
        _camt(_entry(batch) + _entry(odd) + _entry(reversal, mark="CRDT", amount="0.5"))
    )
    assert (found, errors) == ("camt", [])
    assert rows["amount_minor"].tolist() == [1000, 2000, 3000, 50]
    assert rows["merchant"].tolist() == ["A", "B", "", ""]
    assert rows["direction"].tolist() == ["expense", "expense", "expense", "refund"]
    assert days(rows) == ["2024-03-05"] * 4
    assert rows["account"].tolist()[0] == "(5678)"


def test_camt_takes_the_amount_and_the_side_from_the_same_element() -> None:
    other_side = _detail("4.10", "A").replace(
        "<c:RltdPties>", "<c:CdtDbtInd>CRDT</c:CdtDbtInd><c:RltdPties>"
    )
    _, rows, errors = read(_camt(_entry(f"<c:NtryDtls>{other_side}</c:NtryDtls>")))
    assert errors == []
    assert (rows["amount_minor"].tolist(), rows["direction"].tolist()) == ([3000], ["expense"])


@pytest.mark.parametrize(
    "data",
    [
        _camt(_entry(""))[:-40],
        _camt(_entry("")).replace(
            b"<c:Document", b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><c:Document', 1
        ),
        _camt("<c:X>" * 100 + "</c:X>" * 100),
    ],
    ids=["cut off", "entities", "too deep"],
)
def test_a_broken_or_hostile_document_is_refused_with_a_code(data: bytes) -> None:
    with pytest.raises(StatementError) as caught:
        list(read_statement(io.BytesIO(data), OPTIONS))
    assert caught.value.code == "document-unreadable"


def test_an_ofx_value_without_end_is_refused() -> None:
    with pytest.raises(StatementError) as caught:
        list(read_statement(io.BytesIO(b"<OFX><STMTTRN><NAME>" + b"x" * (3 << 20)), OPTIONS))
    assert caught.value.code == "line-too-long"


@pytest.mark.parametrize(
    "data",
    [b"Date,Amount\n2024-01-01,5\n", b"<html><table></table></html>", b"", "时间,金额\n".encode()],
)
def test_a_table_is_no_document(data: bytes) -> None:
    assert document_of(io.BytesIO(data)) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,56", "1234.56"),
        ("1 234,5", "1234.5"),
        ("1'234.50", "1234.50"),
        ("1,234.50", "1,234.50"),
        ("-3,", "-3."),
        ("123 45", "123?45"),
    ],
)
def test_numbers_of_many_countries_get_a_decimal_point(text: str, number: str) -> None:
    assert plain_number(text) == number


@pytest.mark.parametrize(
    ("text", "written", "stated", "told"),
    [
        ("Brötchen für Käthe", "cp1252", "", "cp1252"),
        ("Brötchen", "iso8859-15", "iso8859-15", "iso8859-15"),
        ("招商银行信用卡", "gb18030", "cp1252", "gb18030"),
        ("拉面", "utf-8", "cp1252", "utf-8"),
        ("拉面", "utf-16", "", "utf-16"),
    ],
)
def test_the_bytes_overrule_a_wrong_charset(
    text: str, written: str, stated: str, told: str
) -> None:
    assert document_encoding(io.BytesIO(text.encode(written)), stated) == told
