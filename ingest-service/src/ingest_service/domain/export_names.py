"""Names of exported files, in the reader's language and in plain letters."""

from __future__ import annotations

from datetime import date

from ingest_service.domain.export_table import is_chinese

_TITLES = {
    "expenses": ("消费记录", "expenses"),
    "forecasts": ("预测", "forecasts"),
    "reports": ("报表清单", "reports"),
}


def file_name(kind: str, file_format: str, *, lang: str, days: tuple[date, date] | None) -> str:
    """消费记录_2024-01-01_2024-03-31.csv; one day stands once, and none where there are no rows."""
    title = _TITLES[kind][0 if is_chinese(lang) else 1]
    parts = [title, *dict.fromkeys(day.isoformat() for day in days or ())]
    return "_".join(parts) + f".{file_format}"
