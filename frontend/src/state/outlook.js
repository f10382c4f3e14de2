// @ts-check
import { fetchTrend } from "../api/analytics.js";
import { fetchForecast } from "../api/forecast.js";
import { addDays, addMonths, periodRange } from "../lib/dates.js";
import { granularityFor, rowsHref } from "./filters.js";

/**
 * @typedef {import("../lib/dates.js").Granularity} Granularity
 * @typedef {import("../api/forecast.js").Forecast} Forecast
 * @typedef {import("../api/analytics.js").Trend} Trend
 * @typedef {{ from: string, to: string, median: number, lower80: number | null, upper80: number | null, lower95: number | null, upper95: number | null }} Span
 */

/** How far a trend of each granularity looks ahead. @type {Record<Granularity, number>} */
const HORIZON = { day: 14, week: 4, month: 3, year: 0 };
/** Beyond this many months a line of years is read more easily. */
const MOST_MONTHS = 96;

/**
 * The spans of a forecast, each half-open; they follow one another from the origin.
 * @param {Forecast} forecast @param {Granularity} granularity
 * @returns {Span[]}
 */
export function forecastSpans(forecast, granularity) {
  /** @param {string} from */
  const end = (from) => (granularity === "day" ? addDays(from, 1) : granularity === "week" ? addDays(from, 7) : addMonths(from, granularity === "year" ? 12 : 1));
  return forecast.items.map((item, index) => ({
    from: item.date, to: forecast.items[index + 1]?.date ?? end(item.date), median: item.predicted_amount,
    lower80: item.lower_80, upper80: item.upper_80, lower95: item.lower_95, upper95: item.upper_95,
  }));
}

/**
 * Past and outlook as one line. The outlook is left out where it would not continue the past.
 * @param {Trend} trend @param {Forecast | null} forecast @param {Granularity} granularity @param {string} today
 */
export function joinOutlook(trend, forecast, granularity, today) {
  const points = trend.items.map((item) => ({ period: item.period, amount: item.amount, count: item.count, href: rowsHref(item.filter) }));
  const comparison = trend.comparison?.items.map((item) => ({ period: item.period, amount: item.amount })) ?? [];
  const last = points.at(-1);
  const edge = forecast?.origin && forecast.origin < today ? forecast.origin : today;
  const lastRange = last ? periodRange(last.period) : null;
  const lastIsOpen = lastRange !== null && lastRange.to > edge;
  const spans = forecast && lastRange ? forecastSpans(forecast, granularity) : [];
  // A day that has begun is both past and ahead: what was spent on it is kept.
  const ahead = spans.filter((span) => granularity !== "day" || span.from >= (lastRange?.to ?? ""));
  const continues = lastRange !== null && ahead[0] !== undefined && ahead[0].from <= lastRange.to && ahead[0].from >= lastRange.from;
  return { points, comparison, lastIsOpen, forecast: continues ? ahead : [], byDay: granularity === "day" };
}

/** Whether forecasts speak of the same rows: they know all spending and whole categories only. @param {import("../api/analytics.js").Scope} scope */
export function isForecast(scope) {
  const beside = Object.keys(scope).filter((name) => !["from", "to", "min_seq", "category_id"].includes(name) && scope[name] !== undefined);
  return beside.length === 0 && scope.category_id !== "none";
}

/**
 * The trend of a range with its outlook. A forecast that fails leaves the trend alone.
 * @param {{ scope: import("../api/analytics.js").Scope & { from?: string, to?: string }, today: string, signal: AbortSignal }} board
 * @param {{ granularity?: Granularity, compare?: string, outlook?: boolean, category_id?: string | null }} [options]
 */
export async function loadTrend({ scope, today, signal }, options = {}) {
  const { from, to } = scope;
  let granularity = options.granularity ?? (from && to ? granularityFor({ from, to }) : "month");
  const category = options.category_id ?? scope.category_id ?? null;
  const wanted = options.outlook !== false && HORIZON[granularity] > 0 && (!to || to > today) && isForecast(scope);
  const query = { ...scope, category_id: category, compare: options.compare };
  let forecastFailed = false;
  const [first, forecast] = await Promise.all([
    fetchTrend({ ...query, granularity }, signal),
    wanted ? fetchForecast({ period: granularity, horizon: HORIZON[granularity], scope: category ?? "total", min_seq: scope.min_seq }, signal).catch((error) => {
      forecastFailed = error.slug !== "not-enough-history";
      return null;
    }) : null,
  ]);
  let trend = first;
  if (!options.granularity && !from && trend.items.length > MOST_MONTHS) {
    granularity = "year";
    trend = await fetchTrend({ ...query, granularity }, signal);
  }
  const fits = granularity !== "year" ? forecast : null;
  return { data: joinOutlook(trend, fits, granularity, today), currency: trend.currency, forecastFailed, granularity };
}
