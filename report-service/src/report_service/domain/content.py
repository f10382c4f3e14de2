"""Figures into a document: the answer first, then what proves it, then how it was counted."""

from dataclasses import dataclass
from datetime import datetime

from report_service.domain.document import (
    Document,
    DocumentSection,
    Kpi,
    Notes,
    Tone,
)
from report_service.domain.figures import Figures, Leader
from report_service.domain.formats import Formats
from report_service.domain.report import ReportRequest, Section
from report_service.domain.sections import (
    Telling,
    categories_section,
    expenses_section,
    forecast_section,
    merchants_section,
    trend_section,
)
from report_service.domain.words import Words

# A change that rounds to 0.0 % is no change.
_LEAST_CHANGE = 0.0005
_BRIEF_CHARACTERS = 11


@dataclass(frozen=True, slots=True)
class Edition:
    """One making of a report: its title, its figures, and the local time at which it was made."""

    title: str
    request: ReportRequest
    figures: Figures
    made_at: datetime


def default_title(request: ReportRequest) -> str:
    """The title of a report that was given none."""
    formats = Formats(request.locale, request.currency)
    return Words(request.locale)("title.default", period=formats.period(request.period))


def build_document(edition: Edition) -> Document:
    """The report of an edition, in its request's language."""
    request, figures = edition.request, edition.figures
    telling = Telling(
        words=Words(request.locale),
        formats=Formats(request.locale, figures.overview.currency),
        figures=figures,
    )
    return Document(
        locale=request.locale,
        product=telling.words("product"),
        title=edition.title,
        facts=_facts(telling, edition),
        hero=_hero(telling),
        answer=_answer(telling),
        kpis=_kpis(telling),
        sections=_sections(telling, request.sections),
        notes=_notes(telling, request),
        running_head=telling.formats.period(figures.period),
        page_label=telling.words("page", page="{page}", pages="{pages}"),
        created_at=edition.made_at,
    )


def _facts(telling: Telling, edition: Edition) -> tuple[tuple[str, str], ...]:
    words, formats = telling.words, telling.formats
    zone = edition.request.time_zone
    facts = [
        (words("fact.period"), formats.period(telling.figures.period)),
        (words("fact.generated"), f"{formats.instant(edition.made_at)} ({zone})"),
        (words("fact.currency"), formats.currency),
    ]
    filters = _filters(telling, edition.request)
    if filters:
        facts.append((words("fact.filters"), filters))
    return tuple(facts)


def _filters(telling: Telling, request: ReportRequest) -> str:
    words, chosen = telling.words, request.filters
    texts = []
    if chosen.category_id is not None:
        name = telling.category_name(chosen.category_id) or f"#{chosen.category_id}"
        texts.append(words("filter.category", value=name))
    for key, value in (("merchant", chosen.merchant), ("q", chosen.q)):
        if value:
            texts.append(words(f"filter.{key}", value=value))
    for key, bound in (("min", chosen.min_amount), ("max", chosen.max_amount)):
        if bound:
            texts.append(words(f"filter.{key}", value=telling.formats.money(float(bound))))
    return words("filter.join").join(texts)


def _hero(telling: Telling) -> Kpi:
    words, overview = telling.words, telling.figures.overview
    days = words.counted(telling.figures.period.days, "day")
    note = words("hero.note", days=days, count=words.counted(overview.count, "transaction"))
    return Kpi(words("hero.label"), telling.formats.money(overview.total), note)


def _answer(telling: Telling) -> str:
    words, overview = telling.words, telling.figures.overview
    if telling.is_empty:
        return words("answer.empty")
    total, ratio = telling.formats.money(overview.total), overview.change_ratio
    if ratio is None:
        return words("answer.alone", total=total)
    if abs(ratio) < _LEAST_CHANGE:
        return words("answer.same", total=total)
    key = "answer.more" if ratio > 0 else "answer.less"
    return words(key, total=total, change=telling.formats.percent(abs(ratio)))


def _kpis(telling: Telling) -> tuple[Kpi, ...]:
    words, formats, overview = telling.words, telling.formats, telling.figures.overview
    days = words.counted(telling.figures.period.days, "day")
    category = overview.top_category
    category_name = words.category(category.name, category.code) if category else ""
    merchant = overview.top_merchant
    daily = formats.money(overview.daily_average)
    return (
        _change_kpi(telling),
        Kpi(words("kpi.daily"), daily, words("kpi.daily.note", days=days)),
        _leader_kpi(telling, "kpi.category", category, category_name),
        _leader_kpi(telling, "kpi.merchant", merchant, merchant.name if merchant else ""),
    )


def _change_kpi(telling: Telling) -> Kpi:
    words, formats, overview = telling.words, telling.formats, telling.figures.overview
    ratio, label = overview.change_ratio, words("kpi.change")
    if ratio is None:
        return Kpi(label, words("absent"), words("kpi.change.none"))
    previous = _brief(formats, overview.previous_total or 0.0)
    note = words("kpi.change.note", previous=previous)
    if abs(ratio) < _LEAST_CHANGE:
        return Kpi(label, formats.percent(0.0), note)
    tone = Tone.RISE if ratio > 0 else Tone.FALL
    mark = "▲" if ratio > 0 else "▼"
    return Kpi(label, f"{mark} {formats.percent(abs(ratio))}", note, tone)


def _brief(formats: Formats, value: float) -> str:
    """An amount for the narrow line under a figure: exact while it is short."""
    exact = formats.money(value)
    return exact if len(exact) <= _BRIEF_CHARACTERS else formats.short_money(value)


def _leader_kpi(telling: Telling, key: str, leader: Leader | None, name: str) -> Kpi:
    words, formats = telling.words, telling.formats
    if leader is None or leader.amount <= 0:
        return Kpi(words(key), words("absent"))
    amount, share = _brief(formats, leader.amount), formats.percent(leader.share)
    return Kpi(words(key), name, words("kpi.leader.note", amount=amount, share=share))


def _sections(telling: Telling, wanted: tuple[Section, ...]) -> tuple[DocumentSection, ...]:
    makers = {
        Section.TREND: trend_section,
        Section.CATEGORIES: categories_section,
        Section.MERCHANTS: merchants_section,
        Section.EXPENSES: expenses_section,
        Section.FORECAST: forecast_section,
    }
    made = (makers[section](telling) for section in Section if section in wanted)
    return tuple(section for section in made if section is not None)


def _notes(telling: Telling, request: ReportRequest) -> Notes:
    words, formats, overview = telling.words, telling.formats, telling.figures.overview
    items = [words("notes.net"), words("notes.transfers"), _currency_note(telling)]
    items.append(words("notes.days"))
    if overview.previous is not None:
        items.append(words("notes.previous", period=formats.period(overview.previous)))
    filters = _filters(telling, request)
    if filters:
        items.append(words("notes.filters", list=filters))
    if overview.is_stale:
        items.append(words("notes.stale"))
    return Notes(words("notes.heading"), tuple(items))


def _currency_note(telling: Telling) -> str:
    words, overview = telling.words, telling.figures.overview
    others = sorted(overview.other_currencies.items())
    if not others:
        return words("notes.currency", currency=overview.currency)
    texts = [
        words("notes.others.item", code=code, count=words.counted(count, "transaction"))
        for code, count in others
    ]
    listed = words("notes.others.join").join(texts)
    return words("notes.others", currency=overview.currency, list=listed)
