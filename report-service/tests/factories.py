"""Believable figures for the tests; every number follows from its position."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from report_service.domain.content import Edition, default_title
from report_service.domain.figures import (
    CategoryShare,
    Figures,
    Forecast,
    ForecastPoint,
    Granularity,
    Leader,
    MissingForecast,
    Overview,
    RankedItem,
    RecurringPayment,
    ReportCard,
    Trend,
    TrendPoint,
)
from report_service.domain.report import ALL_SECTIONS, Filters, Format, Period, ReportRequest

MARCH = Period(date(2024, 3, 1), date(2024, 4, 1))
MADE_AT = datetime(2024, 4, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CATEGORIES = (
    ("1", "餐饮", "food", 0.30),
    ("8", "买菜日用", "groceries", 0.18),
    ("11", "购物", "shopping", 0.16),
    ("16", "交通", "transport", 0.10),
    ("21", "居住", "housing", 0.09),
    ("25", "通讯", "communication", 0.07),
    ("28", "娱乐", "entertainment", 0.05),
    ("33", "宠物", None, 0.03),
    ("39", "其他", "other", 0.02),
)
MERCHANTS = (
    "盒马鲜生（望京店）",
    "北京某某商务科技有限公司朝阳区望京东路第一百二十八分店旗舰体验中心",
    "🍜 兰州拉面",
    "美团外卖",
    "Apple Services & Subscriptions International Ltd.",
    "滴滴出行",
    "国家电网",
    "瑞幸咖啡",
    "京东",
    "中国移动",
    "全家便利店",
    "永辉超市",
)


def make_request(**changes: object) -> ReportRequest:
    values: dict[str, object] = {
        "title": None,
        "format": Format.PDF,
        "period": MARCH,
        "sections": ALL_SECTIONS,
        "locale": "zh-CN",
        "time_zone": "Asia/Shanghai",
        "currency": "CNY",
        "filters": Filters(),
    }
    return ReportRequest(**{**values, **changes})  # type: ignore[arg-type]


def make_points(period: Period, *, scale: float = 1.0) -> tuple[TrendPoint, ...]:
    return tuple(
        TrendPoint(
            period.first + timedelta(days=index),
            round(scale * (80 + (index * 37) % 190 + (1500 if index == 15 else 0)), 2),
            3,
        )
        for index in range(period.days)
    )


def make_months(period: Period, *, scale: float = 1.0) -> tuple[TrendPoint, ...]:
    months = sorted(
        {(period.first + timedelta(days=index)).replace(day=1) for index in range(period.days)}
    )
    return tuple(
        TrendPoint(month, scale * (4000 + (index * 811) % 2700), 100)
        for index, month in enumerate(months)
    )


def make_trend(period: Period, *, scale: float = 1.0) -> Trend:
    if period.days > 62:
        return Trend(Granularity.MONTH, make_months(period, scale=scale))
    first = min(period.first, period.end - timedelta(days=14))
    return Trend(Granularity.DAY, make_points(Period(first, period.end), scale=scale))


def make_forecast(period: Period, *, scale: float = 1.0, days: int = 28) -> Forecast:
    start = period.end
    items = tuple(
        ForecastPoint(
            start + timedelta(days=index),
            scale * (150 + (index * 29) % 80),
            scale * 60,
            scale * (280 + (index * 29) % 80),
            0.0,
            scale * (450 + (index * 29) % 80),
        )
        for index in range(days)
    )
    total = ForecastPoint(start, scale * 5321.4, scale * 4500, scale * 6200, scale * 4000, 7000)
    past = Period(start - timedelta(days=60), start)
    return Forecast(
        covers=Period(start, start + timedelta(days=days)),
        items=items,
        total=total,
        card=ReportCard(
            origins=3,
            hits_80=2,
            error_ratio=0.091,
            mean_absolute_error=scale * 482.5,
            average_error_ratio=0.132,
            better_than_average=True,
        ),
        recurring=(
            RecurringPayment("自如租房", start + timedelta(days=4), scale * 3200, "monthly"),
            RecurringPayment("中国移动", start + timedelta(days=9), scale * 58, "monthly"),
        ),
        history=make_points(past, scale=scale),
        model_version="1",
    )


def make_figures(period: Period = MARCH, *, scale: float = 1.0) -> Figures:
    total = 8642.35 * scale
    shares = tuple(
        CategoryShare(key, name, code, total * part, int(200 * part), part)
        for key, name, code, part in CATEGORIES
    )
    parts = [0.16 / (1 + index * 0.6) for index in range(len(MERCHANTS))]
    merchants = tuple(
        RankedItem(name, total * part, 20 - index, part)
        for index, (name, part) in enumerate(zip(MERCHANTS[:10], parts, strict=False))
    )
    expenses = tuple(
        RankedItem(
            name=item.name if index != 3 else "",
            amount=item.amount / 2,
            count=1,
            share=item.share / 2,
            day=period.first + timedelta(days=index % period.days),
            category_code="food.lunch",
        )
        for index, item in enumerate(merchants[:10])
    )
    before = Period(period.first - timedelta(days=period.days), period.first)
    return Figures(
        period=period,
        overview=Overview(
            total=total,
            count=187,
            daily_average=total / period.days,
            previous=before,
            previous_total=7990.1 * scale,
            change_ratio=0.081632,
            top_category=Leader("餐饮", total * 0.3, 0.3, "food"),
            top_merchant=Leader(MERCHANTS[0], merchants[0].amount, merchants[0].share),
            currency="CNY",
            other_currencies={"JPY": 12, "USD": 1},
        ),
        trend=make_trend(period, scale=scale),
        categories=shares,
        merchants=merchants,
        expenses=expenses,
        forecast=make_forecast(period, scale=scale),
    )


def make_empty_figures(period: Period = MARCH) -> Figures:
    before = Period(period.first - timedelta(days=period.days), period.first)
    points = tuple(TrendPoint(p.start, 0.0, 0) for p in make_points(period))
    return Figures(
        period=period,
        overview=Overview(
            total=0.0,
            count=0,
            daily_average=0.0,
            previous=before,
            previous_total=0.0,
            change_ratio=None,
            top_category=None,
            top_merchant=None,
            currency="CNY",
        ),
        trend=Trend(Granularity.DAY, points),
        categories=(),
        merchants=(),
        expenses=(),
        forecast=MissingForecast.NOT_ENOUGH_HISTORY,
    )


def make_edition(figures: Figures | None = None, **changes: object) -> Edition:
    figures = figures or make_figures()
    request = make_request(**{"period": figures.period, **changes})
    return Edition(
        title=request.title or default_title(request),
        request=request,
        figures=figures,
        made_at=MADE_AT,
    )
