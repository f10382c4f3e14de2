"""What can be done with reports: one function for each verb."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from report_service.domain.content import Edition, default_title
from report_service.domain.errors import ReportNotFound, ReportNotReady
from report_service.domain.figures import (
    Figures,
    Forecast,
    Granularity,
    MissingForecast,
    Trend,
)
from report_service.domain.ports import (
    AnalyticsPort,
    ForecastPort,
    ReportFiles,
    ReportRenderer,
    ReportStore,
    Scope,
)
from report_service.domain.report import (
    Period,
    Report,
    ReportRequest,
    Section,
    Status,
    StoredFile,
)

MAX_DAILY_POINTS = 62
MAX_MONTHLY_DAYS = 366 * 5
SHORT_PERIOD_DAYS = 7
BACKGROUND_DAYS = 14
HISTORY_DAYS = 60
RANK_LIMIT = 10
STEPS = 3

ReportProgress = Callable[[int, str], None]


def request_report(
    store: ReportStore, *, owner_id: str, request: ReportRequest, now: datetime
) -> Report:
    """The new report, queued.

    Raises:
        InvalidRequest: The request contradicts itself.
    """
    request.check()
    title = request.title or default_title(request)
    return store.add(owner_id=owner_id, title=title, request=request, created_at=now)


def list_reports(
    store: ReportStore, *, owner_id: str, before_id: int | None, limit: int
) -> tuple[Sequence[Report], int | None]:
    """A page of reports, and the id to go on from, None at the end."""
    reports = store.page(owner_id=owner_id, before_id=before_id, limit=limit + 1)
    if len(reports) <= limit:
        return reports, None
    return reports[:limit], reports[limit - 1].id


def get_report(store: ReportStore, *, owner_id: str, report_id: int) -> Report:
    """One report of this owner.

    Raises:
        ReportNotFound: There is none, or it is another's.
    """
    report = store.find(owner_id=owner_id, report_id=report_id)
    if report is None:
        raise ReportNotFound
    return report


def finished_file(
    store: ReportStore, *, owner_id: str, report_id: int
) -> tuple[Report, StoredFile]:
    """A report with its file.

    Raises:
        ReportNotFound: There is none, or it is another's.
        ReportNotReady: It has no file.
    """
    report = get_report(store, owner_id=owner_id, report_id=report_id)
    if report.file is None:
        if report.status is Status.FAILED:
            raise ReportNotReady("The report could not be made. Make it again.")
        raise ReportNotReady("The report is still being made. Try again shortly.")
    return report, report.file


def delete_report(store: ReportStore, files: ReportFiles, *, owner_id: str, report_id: int) -> None:
    """Remove a report with its file; one that is being made ends without a file.

    Raises:
        ReportNotFound: There is none, or it is another's.
    """
    report = get_report(store, owner_id=owner_id, report_id=report_id)
    store.remove(owner_id=owner_id, report_id=report_id)
    if report.file is not None:
        files.delete(report.file.path)


def make_report(
    report: Report,
    *,
    analytics: AnalyticsPort,
    forecast: ForecastPort,
    renderer: ReportRenderer,
    files: ReportFiles,
    now: datetime,
    progress: ReportProgress,
) -> StoredFile:
    """The stored file of a report; the same report may be made again in its place.

    Raises:
        AnalyticsUnavailable: No figures just now.
        AnalyticsRefused: No figures at all.
    """
    request = report.request
    local = now.astimezone(ZoneInfo(request.time_zone))
    progress(0, "figures")
    figures = gather_figures(
        request, owner_id=report.owner_id, today=local.date(), analytics=analytics
    )
    progress(1, "forecast")
    figures = replace(
        figures,
        forecast=_forecast(
            request, owner_id=report.owner_id, analytics=analytics, forecast=forecast
        ),
    )
    progress(2, "rendering")
    edition = Edition(title=report.title, request=request, figures=figures, made_at=local)
    content = renderer.render(edition, request.format)
    name = f"{report.id}.{request.format}"
    return files.write(owner_id=report.owner_id, name=name, content=content)


def gather_figures(
    request: ReportRequest, *, owner_id: str, today: date, analytics: AnalyticsPort
) -> Figures:
    """The figures of the sections that were asked for; the forecast is left out."""
    scope = Scope(owner_id, request.currency, request.period, request.filters)
    wanted = request.sections
    # The table of expenses names categories, and a filter's name is looked up there too.
    needs_categories = {Section.CATEGORIES, Section.EXPENSES} & set(wanted)
    return Figures(
        period=request.period,
        overview=analytics.overview(scope),
        trend=_trend(scope, analytics, today=today) if Section.TREND in wanted else None,
        categories=(
            analytics.categories(scope) if needs_categories or request.filters.category_id else ()
        ),
        merchants=(
            analytics.merchants(scope, limit=RANK_LIMIT) if Section.MERCHANTS in wanted else ()
        ),
        expenses=(
            analytics.expenses(scope, limit=RANK_LIMIT) if Section.EXPENSES in wanted else ()
        ),
        forecast=None,
    )


def granularity_of(period: Period) -> Granularity:
    """The width of the trend's points: at most 62 days, about 60 months, else years."""
    if period.days <= MAX_DAILY_POINTS:
        return Granularity.DAY
    return Granularity.MONTH if period.days <= MAX_MONTHLY_DAYS else Granularity.YEAR


def _trend(scope: Scope, analytics: AnalyticsPort, *, today: date) -> Trend:
    """The trend up to today: months that have not begun are not months without spending."""
    period = scope.period
    granularity = granularity_of(period)
    if period.days < SHORT_PERIOD_DAYS:
        # One or two columns say nothing by themselves: the days before stand beside them.
        period = Period(period.end - timedelta(days=BACKGROUND_DAYS), period.end)
    points = analytics.trend(replace(scope, period=period), granularity)
    begun = tuple(point for point in points if point.start <= today)
    return Trend(granularity, begun or points)


def _forecast(
    request: ReportRequest, *, owner_id: str, analytics: AnalyticsPort, forecast: ForecastPort
) -> Forecast | MissingForecast | None:
    if Section.FORECAST not in request.sections:
        return None
    filters = request.filters
    if not filters.only_category:
        return MissingForecast.FILTERED
    found = forecast.predict(
        owner_id=owner_id, currency=request.currency, category_id=filters.category_id
    )
    if isinstance(found, MissingForecast):
        return found
    start = found.covers.first
    past = Period(start - timedelta(days=HISTORY_DAYS), start)
    scope = Scope(owner_id, request.currency, past, filters)
    return replace(found, history=analytics.trend(scope, Granularity.DAY))
