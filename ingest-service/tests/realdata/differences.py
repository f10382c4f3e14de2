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
    (rf"(?:/camt/|/ofx/|/default/|/fireflyIII/).*ParseInvalid(?:Transaction)?Time__.*{_READ}",
     "Considered: a day and clock that can mean only one thing are read in any spelling."),
    (rf"/camt/.*InvalidAmountAndCurrency__[23].*{_READ}",
     "Considered: a batch whose parts name no amounts stays one row with the whole amount."),
    (rf"(?:/default/|/fireflyIII/).*InvalidAccountCurrency.*{_READ}",
     "Considered: accounts hold several currencies here, so a second one is no fault."),
    (rf"(?:/default/|/fireflyIII/).*NotSupportedCurrency.*{_READ}",
     "Considered: XXX is on a balance or on the second account, which are not stored."),
    (rf"/default/.*GeographicLocation__3.*{_READ}",
     "Considered: half a place is no place; the payment counts all the same."),
    (rf"/fireflyIII/.*MissingRequiredColumn__2.*{_READ}",
     "Considered: without a type column the table is a common one and is read as such."),
    (rf"OFX2WithSGML.*{_READ}",
     "Considered: banks do mix a version 2 header with version 1 tags, so it is read."),
    (r"/ofx/.*MinimumValidData.*: directions",
     "Considered: cash from a machine counts as spending, not as a transfer."),
    (r"camt053.v2.multi.statement.xml: rows 2, expected 1",
     "Theirs: the list names the first statement's entry only; the file has one in each of two."),
    (r"camt/camt05[24].*(?:with-account-name|UETR|financial-institution).xml: not read",
     "Considered: an entry without any date is a row error, time-missing."),
    (r"mt940/.*(?:empty_entry_date|statement_details|statement_line|sparkassen).sta: not read",
     "Considered: a fragment without an opening balance names no currency, so rows are errors."),
    (r"fidelity-savings.ofx",
     "Considered: four decimals cannot be stored exactly, so such rows are named errors."),
    (r"investment_medium.ofx: days",
     "Theirs (tags only): 20:20 in the stated zone is the next day in UTC."),
    (r"bank2ynab/.*: not read \((?:not-recognised|needs_mapping)\)",
     "Gap: no profile of its own; the user has to name the columns once."),
    (r"/custom/.*: not read \((?:not-recognised|needs_mapping)\)",
     "No header row: its test names the columns, as the user has to."),
)  # fmt: skip


def reason_for(name: str, differs: str) -> str:
    """The reason for the difference of a file, "" where none is known."""
    subject = f"{name}: {differs}"
    return next((reason for pattern, reason in _REASONS if re.search(pattern, subject)), "")
