"""YNAB's register export (CSV), of YNAB 4 and of the web: Outflow and Inflow, dates by taste.

The web's generation names the whole category path in one column; YNAB 4 has master and sub.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ingest_service.domain.date_order import column_cells, date_order
from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition, Sample, clean_header

if TYPE_CHECKING:
    import pandas as pd

_TRANSFER = r"(?i)^transfer\s*:"
_BALANCE = r"(?i)^(?:starting balance|reconciliation balance adjustment|manual balance adjustment)"
_SIGNS = {"€": "EUR", "£": "GBP", "¥": "", "￥": "CNY", "元": "CNY", "₩": "KRW", "₹": "INR"}
_ZERO = r"0*[.]?0*"


class Ynab(HeaderProfile):
    """The YNAB profile."""

    id = "ynab"
    name = "YNAB"
    required = tuple(
        frozenset({name}) for name in ("account", "date", "payee", "category", "outflow", "inflow")
    )
    own = frozenset({"flag", "memo", "cleared", "categorygroup", "mastercategory", "checknumber"})

    def generation(self, names: Sequence[str]) -> str:
        """YNAB 4 tells a master category."""
        return "ynab4" if "mastercategory" in names else "web"

    def options(self, sample: Sample, header: int) -> Mapping[str, str]:
        """The order of the dates; month first where nothing proves otherwise, as YNAB's default."""
        names = [clean_header(cell) for cell in sample.rows[header]]
        cells = column_cells(sample, header, names.index("date"))
        return {"dates": date_order(cells, usual="mdy")}

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        out, back = c.text(frame, "outflow"), c.text(frame, "inflow")
        sign = out.str.extract(r"([€£¥￥元₩₹])", expand=False).fillna("").astype("str")
        amount, direction = c.debit_credit(
            _bare(c.plain_numbers(out)), _bare(c.plain_numbers(back))
        )
        payee = c.text(frame, "payee")
        moved = c.has(payee, _TRANSFER)
        group = c.text(frame, "categorygroup", "mastercategory")
        name = c.text(frame, "subcategory", "category")
        path = group.str.cat(name, sep="/").str.strip("/")
        drafted = c.draft(
            frame.index,
            time_text=c.reorder_dates(c.text(frame, "date"), order=recognition.options["dates"]),
            amount_text=amount,
            currency_text=sign.map(_SIGNS).fillna("").astype("str"),
            direction=direction.mask(moved, "transfer"),
            merchant=payee,
            note=c.text(frame, "memo"),
            account=c.text(frame, "account"),
            category_path=path.mask(moved | (group == "Inflow"), ""),
            source=self.id,
        )
        return c.ignored(
            drafted,
            [
                (c.has(payee, _BALANCE), "balance-row"),
                (amount.str.fullmatch(_ZERO) & (amount != ""), "zero-amount"),
            ],
        )


def _bare(amounts: pd.Series[str]) -> pd.Series[str]:
    """The amount without a currency's sign in front or behind."""
    return amounts.str.replace(r"^[^\d.,\-]+|[^\d.,]+$", "", regex=True)


PROFILE = Ynab()
