// @ts-check
import { flag, list, maybe, number, orElse, record, text } from "../lib/shape.js";
import { request } from "./client.js";

const quantiles = { date: text, predicted_amount: number, lower_80: maybe(number), upper_80: maybe(number), lower_95: maybe(number), upper_95: maybe(number) };
export const forecastShape = record({
  model_version: maybe(text), method: orElse(text, ""), generated_at: maybe(text), currency: orElse(text, "CNY"),
  period: maybe(text), horizon: maybe(number), origin: maybe(text), degraded: orElse(flag, false), reason: maybe(text),
  items: list(record(quantiles)),
  total: maybe(record({ ...quantiles, date: maybe(text), to: maybe(text) })),
  recurring: orElse(list(record({
    payee: text, next_date: text, amount: number, interval: orElse(text, ""), category_id: maybe(text), occurrences: maybe(number), price_change: maybe(number),
  })), []),
  report_card: maybe(record({
    summary: maybe(record({
      origins: maybe(number), days: maybe(number), mean_absolute_error: maybe(number), error_percent: maybe(number),
      hits_80: maybe(number), hits_95: maybe(number), average_error_percent: maybe(number), better_than_average: maybe(flag),
    })),
    items: orElse(list(record({
      origin: text, to: maybe(text), predicted_amount: number, actual_amount: maybe(number), error_percent: maybe(number),
      lower_80: maybe(number), upper_80: maybe(number), in_80: maybe(flag),
    })), []),
  })),
});
export const modelsShape = record({ items: list(record({ version: text, created_at: maybe(text), label: maybe(text) })) });
/** @typedef {ReturnType<typeof forecastShape>} Forecast */

/** @param {{ period: string, horizon: number, scope?: string, method?: string, min_seq?: number | null }} query @param {AbortSignal} [signal] */
export async function fetchForecast(query, signal) {
  return forecastShape(await request("GET", "/forecast/predict", { query, signal }), "");
}

export async function fetchModels() {
  return modelsShape(await request("GET", "/forecast/models"), "");
}
