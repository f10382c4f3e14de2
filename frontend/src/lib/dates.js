// @ts-check
/**
 * Calendar days are "YYYY-MM-DD" strings, computed with UTC dates so that no time zone moves them.
 * @typedef {"zh-CN" | "en"} Locale
 * @typedef {"day" | "week" | "month" | "year"} Granularity
 */

const DAY_MS = 86_400_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = { "zh-CN": ["周一", "周二", "周三", "周四", "周五", "周六", "周日"], en: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] };

/** @param {string} day */
export function parseDay(day) {
  return new Date(`${day.slice(0, 10)}T00:00:00Z`);
}

/** @param {Date} date */
export function dayOf(date) {
  return date.toISOString().slice(0, 10);
}

/** @param {string} day @param {number} count */
export function addDays(day, count) {
  return dayOf(new Date(parseDay(day).getTime() + count * DAY_MS));
}

/**
 * The same day some months on, held to the month's last day.
 * @param {string} day @param {number} count
 */
export function addMonths(day, count) {
  const date = parseDay(day);
  const month = date.getUTCMonth() + count;
  const last = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  return dayOf(new Date(Date.UTC(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), last))));
}

/** Days in the half-open range. @param {string} from @param {string} to */
export function daysBetween(from, to) {
  return Math.round((parseDay(to).getTime() - parseDay(from).getTime()) / DAY_MS);
}

/** 0 = Monday. @param {string} day */
export function weekdayOf(day) {
  return (parseDay(day).getUTCDay() + 6) % 7;
}

/** @param {string} day @param {Locale} locale */
export function formatWeekday(day, locale) {
  return WEEKDAYS[locale][weekdayOf(day)] ?? "";
}

/**
 * Today's calendar day in a time zone.
 * @param {string | undefined} timeZone
 * @param {Date} [now]
 */
export function todayIn(timeZone, now = new Date()) {
  const parts = partsIn(now, timeZone);
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** @param {Date} instant @param {string | undefined} timeZone */
function partsIn(instant, timeZone) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  let format;
  try {
    format = new Intl.DateTimeFormat("en", { ...options, timeZone });
  } catch {
    format = new Intl.DateTimeFormat("en", options);
  }
  const parts = Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, part.value]));
  return /** @type {Record<"year" | "month" | "day" | "hour" | "minute", string>} */ (parts);
}

/** "2024-03-05" or "5 Mar 2024". @param {string | null | undefined} day @param {Locale} locale */
export function formatDay(day, locale) {
  if (!day) return "—";
  if (locale === "zh-CN") return day.slice(0, 10);
  const date = parseDay(day);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** "3月5日" or "5 Mar". @param {string} day @param {Locale} locale */
export function formatDayShort(day, locale) {
  const date = parseDay(day);
  const month = date.getUTCMonth();
  return locale === "zh-CN" ? `${month + 1}月${date.getUTCDate()}日` : `${date.getUTCDate()} ${MONTHS[month]}`;
}

/**
 * "2024-03-05 14:08" or "5 Mar 2024 14:08", in the reader's time zone.
 * @param {string | null | undefined} instant ISO 8601
 * @param {Locale} locale
 * @param {string | undefined} timeZone
 */
export function formatInstant(instant, locale, timeZone) {
  const date = instant ? new Date(instant) : null;
  if (date === null || Number.isNaN(date.getTime())) return "—";
  const parts = partsIn(date, timeZone);
  return `${formatDay(`${parts.year}-${parts.month}-${parts.day}`, locale)} ${parts.hour}:${parts.minute}`;
}

/** "14:08". @param {Date} instant @param {string | undefined} timeZone */
export function formatTime(instant, timeZone) {
  const parts = partsIn(instant, timeZone);
  return `${parts.hour}:${parts.minute}`;
}

/**
 * The instant (ISO 8601, UTC) of a clock's time in a time zone.
 * @param {string} day @param {string} time "14:08" @param {string | undefined} timeZone
 */
export function instantIn(day, time, timeZone) {
  const wanted = Date.parse(`${day}T${time.slice(0, 5)}:00Z`);
  let instant = wanted;
  // The offset is that of the instant itself: the second round mends a change of clocks between.
  for (let round = 0; round < 2; round += 1) {
    const parts = partsIn(new Date(instant), timeZone);
    instant += wanted - Date.parse(`${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:00Z`);
  }
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

/**
 * A half-open range shown inclusive: "2024-03-01 ～ 2024-03-31" or "1–31 Mar 2024".
 * @param {string} from @param {string} to @param {Locale} locale
 */
export function formatRange(from, to, locale) {
  const last = addDays(to, -1);
  if (from === last) return formatDay(from, locale);
  if (locale === "zh-CN") return `${from} ～ ${last}`;
  if (from.slice(0, 7) === last.slice(0, 7)) return `${Number(from.slice(8))}–${formatDay(last, locale)}`;
  if (from.slice(0, 4) === last.slice(0, 4)) return `${formatDayShort(from, locale)} – ${formatDay(last, locale)}`;
  return `${formatDay(from, locale)} – ${formatDay(last, locale)}`;
}

/**
 * The half-open days of a period key: "2024-03-05", "2024-W10", "2024-03" or "2024".
 * @param {string} period
 * @returns {{ from: string, to: string }}
 */
export function periodRange(period) {
  const week = /^(\d{4})-W(\d{2})$/.exec(period);
  if (week) {
    const fourth = `${week[1]}-01-04`;
    const from = addDays(fourth, (Number(week[2]) - 1) * 7 - weekdayOf(fourth));
    return { from, to: addDays(from, 7) };
  }
  if (/^\d{4}$/.test(period)) return { from: `${period}-01-01`, to: `${Number(period) + 1}-01-01` };
  if (/^\d{4}-\d{2}$/.test(period)) return { from: `${period}-01`, to: addMonths(`${period}-01`, 1) };
  return { from: period.slice(0, 10), to: addDays(period, 1) };
}

/**
 * The period key that holds a day.
 * @param {string} day @param {Granularity} granularity
 */
export function periodOf(day, granularity) {
  if (granularity === "year") return day.slice(0, 4);
  if (granularity === "month") return day.slice(0, 7);
  if (granularity === "day") return day.slice(0, 10);
  const thursday = addDays(day, 3 - weekdayOf(day));
  const week = Math.floor(daysBetween(`${thursday.slice(0, 4)}-01-01`, thursday) / 7) + 1;
  return `${thursday.slice(0, 4)}-W${String(week).padStart(2, "0")}`;
}

/**
 * A period in full, for tooltips and tables: "2024-03-05 周二", "2024年第10周", "2024年3月", "2024年".
 * @param {string} period @param {Locale} locale
 */
export function formatPeriod(period, locale) {
  const zh = locale === "zh-CN";
  const week = /^(\d{4})-W(\d{2})$/.exec(period);
  if (week) return zh ? `${week[1]}年第${Number(week[2])}周` : `W${Number(week[2])} ${week[1]}`;
  if (/^\d{4}$/.test(period)) return zh ? `${period}年` : period;
  const month = /^(\d{4})-(\d{2})$/.exec(period);
  if (month) return zh ? `${month[1]}年${Number(month[2])}月` : `${MONTHS[Number(month[2]) - 1]} ${month[1]}`;
  return `${formatDay(period, locale)} ${formatWeekday(period, locale)}`;
}

/**
 * Short axis labels of consecutive periods; the year stands at its first tick.
 * @param {readonly string[]} periods @param {Locale} locale
 * @returns {Array<string | string[]>} two lines where the year is named
 */
export function axisLabels(periods, locale) {
  return periods.map((period, index) => {
    const label = shortPeriod(period, locale);
    const year = period.slice(0, 4);
    const named = index === 0 || periods[index - 1]?.slice(0, 4) !== year;
    if (!named || label.includes(year)) return label;
    return [label, locale === "zh-CN" ? `${year}年` : year];
  });
}

/** @param {string} period @param {Locale} locale */
function shortPeriod(period, locale) {
  const zh = locale === "zh-CN";
  const week = /^\d{4}-W(\d{2})$/.exec(period);
  if (week) return zh ? `第${Number(week[1])}周` : `W${Number(week[1])}`;
  if (/^\d{4}$/.test(period)) return zh ? `${period}年` : period;
  const month = /^\d{4}-(\d{2})$/.exec(period);
  if (month) return zh ? `${Number(month[1])}月` : (MONTHS[Number(month[1]) - 1] ?? period);
  return formatDayShort(period, locale);
}
