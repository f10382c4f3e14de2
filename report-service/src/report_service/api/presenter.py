"""Between the wire and the domain."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from report_service.domain.report import (
    Filters,
    Format,
    Period,
    Report,
    ReportRequest,
    Section,
)
from report_service.domain.words import ENGLISH, LOCALES
from servicekit.identity import Identity

Body = dict[str, Any]


def request_of(body: Body, identity: Identity) -> ReportRequest:
    """The request of a validated body; what it leaves open follows the person's settings."""
    wanted = {Section(name) for name in body["sections"]}
    title = body["title"]
    return ReportRequest(
        title=title.strip() if title else None,
        format=Format(body["format"]),
        period=Period(body["first"], body["end"]),
        sections=tuple(section for section in Section if section in wanted),
        locale=body["locale"] or _known_locale(identity.locale),
        time_zone=identity.time_zone,
        currency=identity.currency,
        filters=Filters(**body["filters"]),
    )


def _known_locale(locale: str) -> str:
    return locale if locale in LOCALES else ENGLISH


def accepted_body(report: Report) -> Body:
    """The answer to a new request."""
    return {
        "id": str(report.id),
        "status": report.status.value,
        "location": f"/reports/{report.id}",
    }


def report_body(report: Report) -> Body:
    """A report as ReportSchema dumps it."""
    request, file = report.request, report.file
    return {
        "id": str(report.id),
        "title": report.title,
        "format": request.format.value,
        "status": report.status.value,
        "first": request.period.first,
        "end": request.period.end,
        "locale": request.locale,
        "currency": request.currency,
        "sections": [section.value for section in request.sections],
        "filters": asdict(request.filters),
        "progress": asdict(report.progress),
        "file_name": report.file_name if file else None,
        "size": file.size if file else None,
        "sha256": file.sha256 if file else None,
        "error": asdict(report.failure) if report.failure else None,
        "created_at": _instant(report.created_at),
        "finished_at": _instant(report.finished_at) if report.finished_at else None,
    }


def _instant(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
