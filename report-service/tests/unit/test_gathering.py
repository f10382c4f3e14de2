from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from factories import make_figures, make_forecast, make_months, make_points, make_request

from report_service.domain.content import Edition
from report_service.domain.figures import (
    CategoryShare,
    Forecast,
    Granularity,
    MissingForecast,
    Overview,
    RankedItem,
    TrendPoint,
)
from report_service.domain.ports import Scope
from report_service.domain.report import (
    Filters,
    Format,
    Period,
    Progress,
    Report,
    ReportRequest,
    Section,
    Status,
    StoredFile,
    safe_file_stem,
)
from report_service.usecases import gather_figures, granularity_of, make_report

NOW = datetime(2024, 4, 2, 9, 30, tzinfo=ZoneInfo("UTC"))


@dataclass
class FakeAnalytics:
    asked: list[tuple[str, Scope]] = field(default_factory=list)

    def overview(self, scope: Scope) -> Overview:
        self.asked.append(("overview", scope))
        return make_figures().overview

    def trend(self, scope: Scope, granularity: Granularity) -> tuple[TrendPoint, ...]:
        self.asked.append((f"trend by {granularity}", scope))
        is_day = granularity is Granularity.DAY
        return make_points(scope.period) if is_day else make_months(scope.period)

    def categories(self, scope: Scope) -> tuple[CategoryShare, ...]:
        self.asked.append(("categories", scope))
        return make_figures().categories

    def merchants(self, scope: Scope, *, limit: int) -> tuple[RankedItem, ...]:
        self.asked.append(("merchants", scope))
        return make_figures().merchants[:limit]

    def expenses(self, scope: Scope, *, limit: int) -> tuple[RankedItem, ...]:
        self.asked.append(("expenses", scope))
        return make_figures().expenses[:limit]


@dataclass
class FakeForecast:
    answer: Forecast | MissingForecast
    asked: list[str | None] = field(default_factory=list)

    def predict(
        self, *, owner_id: str, currency: str, category_id: str | None
    ) -> Forecast | MissingForecast:
        assert (owner_id, currency) == ("1", "CNY")
        self.asked.append(category_id)
        return self.answer


@dataclass
class KeepingRenderer:
    edition: Edition | None = None

    def render(self, edition: Edition, file_format: Format) -> bytes:
        assert file_format is Format.PDF
        self.edition = edition
        return b"file"


class FakeFiles:
    def write(self, *, owner_id: str, name: str, content: bytes) -> StoredFile:
        return StoredFile(f"{owner_id}/{name}", len(content), "digest")

    def delete(self, path: str) -> None:
        raise AssertionError(path)


def make(
    request: ReportRequest, forecast: FakeForecast, analytics: FakeAnalytics | None = None
) -> tuple[Edition, Sequence[tuple[int, str]]]:
    report = Report(
        id=7,
        owner_id="1",
        title="三月",
        request=request,
        status=Status.RUNNING,
        progress=Progress(0, 0, ""),
        file=None,
        failure=None,
        created_at=NOW,
        finished_at=None,
    )
    renderer, seen = KeepingRenderer(), []
    make_report(
        report,
        analytics=analytics or FakeAnalytics(),
        forecast=forecast,
        renderer=renderer,
        files=FakeFiles(),
        now=NOW,
        progress=lambda done, stage: seen.append((done, stage)),
    )
    assert renderer.edition is not None
    return renderer.edition, seen


def test_only_what_a_section_needs_is_asked_for() -> None:
    analytics = FakeAnalytics()
    request = make_request(sections=(Section.MERCHANTS,))

    gather_figures(request, owner_id="1", today=date(2024, 4, 2), analytics=analytics)

    assert [name for name, _ in analytics.asked] == ["overview", "merchants"]


def test_the_trend_follows_the_length_of_the_period() -> None:
    def granularity(first: str, end: str) -> Granularity:
        return granularity_of(Period(date.fromisoformat(first), date.fromisoformat(end)))

    assert granularity("2024-01-01", "2024-03-03") is Granularity.DAY
    assert granularity("2024-01-01", "2024-03-04") is Granularity.MONTH
    assert granularity("2019-01-01", "2024-01-01") is Granularity.MONTH
    assert granularity("2014-01-01", "2024-01-01") is Granularity.YEAR


def test_one_day_is_shown_before_the_days_that_led_to_it() -> None:
    analytics = FakeAnalytics()
    request = make_request(period=Period(date(2024, 3, 5), date(2024, 3, 6)))

    figures = gather_figures(request, owner_id="1", today=date(2024, 4, 2), analytics=analytics)

    assert figures.trend is not None
    assert figures.trend.points[0].start == date(2024, 2, 21)
    assert figures.trend.points[-1].start == date(2024, 3, 5)


def test_months_that_have_not_begun_are_left_out() -> None:
    request = make_request(period=Period(date(2024, 1, 1), date(2025, 1, 1)))

    figures = gather_figures(
        request, owner_id="1", today=date(2024, 4, 2), analytics=FakeAnalytics()
    )

    assert figures.trend is not None
    assert [point.start.month for point in figures.trend.points] == [1, 2, 3, 4]


def test_the_forecast_stands_beside_the_sixty_days_before_it() -> None:
    analytics = FakeAnalytics()
    forecast = make_forecast(Period(date(2024, 3, 1), date(2024, 4, 1)))

    edition, stages = make(make_request(), FakeForecast(forecast), analytics)

    found = edition.figures.forecast
    assert isinstance(found, Forecast)
    assert [point.start for point in found.history][:: 59] == [
        date(2024, 2, 1), date(2024, 3, 31),
    ]  # fmt: skip
    assert stages == [(0, "figures"), (1, "forecast"), (2, "rendering")]


def test_a_forecast_is_not_asked_for_where_filters_would_not_apply_to_it() -> None:
    forecast = FakeForecast(MissingForecast.UNAVAILABLE)

    edition, _ = make(make_request(filters=Filters(merchant="盒马")), forecast)

    assert edition.figures.forecast is MissingForecast.FILTERED
    assert forecast.asked == []


def test_a_report_is_dated_in_its_readers_time_zone() -> None:
    edition, _ = make(make_request(), FakeForecast(MissingForecast.UNAVAILABLE))

    assert edition.made_at.isoformat() == "2024-04-02T17:30:00+08:00"


def test_a_title_becomes_a_file_name_that_every_system_takes() -> None:
    assert safe_file_stem("2024/03: 账单? <final>\t") == "2024 03 账单 final"
    assert safe_file_stem("...") == "report"
    assert len(safe_file_stem("长" * 300)) == 80
