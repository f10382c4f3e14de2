"""Why ours differs from what others expect: considered choices and known gaps, one line each.

A difference without a line here makes the run fail; nothing is explained by a pattern so wide
that it could hide a new fault.
"""

from __future__ import annotations

import re

_READ = "read, refusal expected"
_REASONS: tuple[tuple[str, str], ...] = (
    (rf"MissingAccount.*{_READ}",
     "Considered: a statement that does not name its account is read."),
    (rf"ParseInvalid(?:Transaction)?Time__.*{_READ}",
     "Considered: a day and clock that can mean only one thing are read in any spelling."),
    (rf"/camt/.*InvalidAmountAndCurrency__[23].*{_READ}",
     "Considered: a batch whose parts name no amounts stays one row with the whole amount."),
    (rf"InvalidAccountCurrency.*{_READ}",
     "Considered: accounts hold several currencies here, so a second one is no fault."),
    (rf"(?:/default/|/fireflyIII/|/feidee/).*NotSupportedCurrency__[12].*{_READ}",
     "Considered: XXX is on a balance or on the second account, which are not stored."),
    (rf"/default/.*GeographicLocation__3.*{_READ}",
     "Considered: half a place is no place; the payment counts all the same."),
    (rf"/fireflyIII/.*MissingRequiredColumn__2.*{_READ}",
     "Considered: without a type column the table is a common one and is read as such."),
    (rf"(?:/alipay/|/wechat/|/feidee/|/jdcom/).*MissingFileHeader.*{_READ}",
     "Considered: people cut the lines above the table off; its header row says enough."),
    (rf"(?:/alipay/|/jdcom/).*(?:SkipUnknownProduct|SkipUnknownMemo|SkipClosed).*{_READ}",
     "Considered: what the app calls 不计收支 or closed is kept as neutral; no sum counts it."),
    (rf"/jdcom/.*ParseInvalidAmount.*{_READ}",
     "Considered: an amount with its currency sign (￥0.12) is read."),
    (rf"/wechat/.*SkipUnknownTransfer.*{_READ}",
     "Considered: what the app itself counts as neither (/) is kept as neutral: no sum counts it."),
    (rf"/feidee/.*InvalidRelatedId.*{_READ}",
     "Considered: half a transfer is kept, or ignored with a reason; no sum counts transfers."),
    (r"/feidee/.*(?:MinimumValidData|OutstandingBalanceModification)__1.csv: (?:rows 4|not read)",
     "Considered: a corrected balance (余额变更, 负债变更) was neither earned nor spent."),
    (r"double-entry-generator/boc/credit/.*: days",
     "Considered: the day of the purchase counts, not of posting; interest earned is income."),
    (rf"OFX2WithSGML.*{_READ}",
     "Considered: banks do mix a version 2 header with version 1 tags, so it is read."),
    (r"OFX1WithInvalidHeader.*: refused for another reason \(no-transactions\)",
     "Considered: a damaged header does not hinder reading; there is no transaction in it."),
    (r"/mt/.*ParseTransactionType.*: directions",
     "Considered: RD gives a debit back, so it is a refund and no income."),
    (r"mt940/betterplace/sepa_mt9401.sta: directions",
     "Theirs: the list leaves RC, which takes a credit back, without its sign."),
    (r"camt053.v2.multi.statement.xml: rows 2, expected 1",
     "Theirs: the list names the first statement's entry only; the file has one in each of two."),
    (r"camt/camt05[24].*(?:with-account-name|UETR|financial-institution).xml: not read",
     "Considered: an entry without any date is a row error, time-missing."),
    (r"mt940/.*(?:empty_entry_date|statement_details|statement_line|sparkassen).sta: not read",
     "Considered: a fragment without an opening balance names no currency, so rows are errors."),
    (r"investment_medium.ofx: days",
     "Theirs (tags only): 20:20 in the stated zone is the next day in UTC."),
    (r"bank2ynab/MS_JANE.*: rows 10, expected 13",
     "Considered: a day that says Pending is a row error; + and CR are money that came."),
    (r"bank2ynab/test_row_format_CD_flag.csv: rows 70, expected 73",
     "Considered: a row whose flag of in or out is neither is an error."),
    (r"oxford/(?:procurement-.*jan-mar-2017|expenditure-.*jul-sep-2015).csv: rows",
     "Considered: rows equal in every cell, their number included, count once (rows_duplicate)."),
    (r"bank2ynab/test_delimiter_tab.csv",
     "Theirs: the layout tests the delimiter only; its columns are not those of the file."),
    (r"bank2ynab/TH_2018.*: not read \(.*time-out-of-range",
     "Considered: its days are made unknown as 1111/11/11; such a year is an error of the row."),
    (r"/custom/.*: rows 4, expected 3",
     "Considered: a mapping names directions and no balances; as neutral no sum counts the row."),
)  # fmt: skip


def reason_for(name: str, differs: str) -> str:
    """The reason for the difference of a file, "" where none is known."""
    subject = f"{name}: {differs}"
    return next((reason for pattern, reason in _REASONS if re.search(pattern, subject)), "")
