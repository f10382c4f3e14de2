// @ts-check
import { formatMoney, formatPercent } from "../lib/money.js";
import { html, one, put } from "../lib/html.js";
import { colourEdges } from "./calendar.js";
import { withOpacity } from "./theme.js";
import { loadMap } from "../lib/vendor.js";

/**
 * @typedef {import("./theme.js").ChartContext} ChartContext
 * @typedef {[west: number, south: number, east: number, north: number]} Extent in degrees
 * @typedef {{ name: string, lat: number, lon: number, amount: number, count: number, share: number, href: string, extent?: Extent }} Spot extent: of a cell
 * @typedef {{ spots: readonly Spot[], cities: readonly Spot[], form: "cells" | "cities" }} Places spots: what is drawn, the largest first
 */

/** Px that a cell takes at least, so that it is seen from afar. */
const LEAST_CELL = 9;
/** Px across of the smallest and the largest city. */
const LEAST_DOT = 9;
const MOST_DOT = 46;
const LABELS = 14;
/** Degrees that a view shows at least, and the part of it that is left free around. */
const LEAST_SPAN = 0.06;
const MARGIN = 0.14;
const ZOOM_STEP = 1.7;
const MOST_ZOOM = 4000;
const SETTLES_AFTER_MS = 250;
/** Steps of the grid of degrees; the first that gives at most six lines is drawn. */
const GRID_STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30];
const MOST_LINES = 7;

/**
 * What holds all points, with some room around.
 * @param {ReadonlyArray<{ lat: number, lon: number }>} points
 * @returns {Extent}
 */
export function extentOf(points) {
  const lats = points.map((point) => point.lat);
  const lons = points.map((point) => point.lon);
  const [south, north] = widened(Math.min(...lats), Math.max(...lats));
  const [west, east] = widened(Math.min(...lons), Math.max(...lons));
  return [Math.max(-180, west), Math.max(-90, south), Math.min(180, east), Math.min(90, north)];
}

/** @param {number} low @param {number} high @returns {[number, number]} */
function widened(low, high) {
  const half = Math.max(LEAST_SPAN, high - low) * (0.5 + MARGIN);
  const middle = (low + high) / 2;
  return [middle - half, middle + half];
}

/** Meridians and parallels of an extent, at round degrees. @param {Extent} extent @returns {Array<{ coords: Array<[number, number]> }>} */
export function gridLines([west, south, east, north]) {
  const step = GRID_STEPS.find((size) => Math.max(east - west, north - south) / size <= MOST_LINES) ?? 30;
  /** @param {number} low @param {number} high */
  const between = (low, high) => Array.from({ length: Math.max(0, Math.floor(high / step) - Math.ceil(low / step) + 1) }, (_, index) => (Math.ceil(low / step) + index) * step);
  // Lines go on beyond the extent: the view is as wide as the page lets it be.
  const [width, height] = [(east - west) * 2, (north - south) * 2];
  const [left, right] = [Math.max(-180, west - width), Math.min(180, east + width)];
  const [low, high] = [Math.max(-85, south - height), Math.min(85, north + height)];
  return [
    ...between(left, right).map((lon) => ({ coords: /** @type {Array<[number, number]>} */ ([[lon, low], [lon, high]]) })),
    ...between(low, high).map((lat) => ({ coords: /** @type {Array<[number, number]>} */ ([[left, lat], [right, lat]]) })),
  ];
}

/** The box of a view as a query writes it: whole steps of 0.0001 degrees, outwards. @param {Extent} extent */
export function boxText([west, south, east, north]) {
  /** @param {number} value */
  const text = (value) => String(Math.round(value * 1e4) / 1e4);
  return [Math.max(-180, Math.floor(west * 1e4) / 1e4), Math.max(-90, Math.floor(south * 1e4) / 1e4), Math.min(180, Math.ceil(east * 1e4) / 1e4), Math.min(90, Math.ceil(north * 1e4) / 1e4)].map(text).join(",");
}

/** The colour of each amount, on a scale whose steps hold about as many spots each. @param {readonly Spot[]} spots @param {readonly string[]} sequence @returns {(amount: number) => string} */
export function colourOf(spots, sequence) {
  const edges = colourEdges(spots.map((spot) => spot.amount));
  return (amount) => {
    const found = edges.findIndex((upper) => amount <= upper);
    const step = found < 0 ? edges.length - 1 : found;
    return sequence[Math.round((step / Math.max(1, edges.length - 1)) * (sequence.length - 1))] ?? "";
  };
}

/** @param {Spot} spot @param {ChartContext} ctx */
function told({ name, amount, count, share }, { currency, t }) {
  return `${name}\n${formatMoney(amount, currency)}  ${formatPercent(share)}\n${t("chart.records", { count })}`;
}

/** @param {readonly Spot[]} spots @param {ChartContext} ctx */
function cellSeries(spots, { theme }) {
  const colour = colourOf(spots, theme.sequence);
  // The hottest are drawn last, over their neighbours.
  const order = [...spots].reverse();
  return {
    id: "spots", type: "custom", coordinateSystem: "geo", z: 3, animation: false,
    data: order.map((spot) => ({ value: [spot.lon, spot.lat, spot.amount], spot })),
    /** @param {{ dataIndex: number }} params @param {{ coord: (at: [number, number]) => [number, number] }} api */
    renderItem: ({ dataIndex }, api) => {
      const spot = /** @type {Spot} */ (order[dataIndex]);
      const [west, south, east, north] = spot.extent ?? [spot.lon, spot.lat, spot.lon, spot.lat];
      const [left, top] = api.coord([west, north]);
      const [right, bottom] = api.coord([east, south]);
      const [width, height] = [Math.max(LEAST_CELL, right - left), Math.max(LEAST_CELL, bottom - top)];
      return {
        type: "rect", shape: { x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height, r: 2 },
        style: { fill: colour(spot.amount), stroke: withOpacity(theme.edge, 0.55), lineWidth: 0.75 },
        emphasis: { style: { stroke: theme.text, lineWidth: 2 } },
      };
    },
  };
}

/** @param {readonly Spot[]} spots @param {ChartContext} ctx */
function citySeries(spots, { theme }) {
  const greatest = Math.max(1e-9, ...spots.map((spot) => spot.amount));
  return {
    id: "spots", type: "scatter", coordinateSystem: "geo", z: 3, animation: false,
    data: spots.map((spot) => ({ value: [spot.lon, spot.lat, spot.amount], spot })),
    /** @param {[number, number, number]} value */
    symbolSize: ([, , amount]) => LEAST_DOT + (MOST_DOT - LEAST_DOT) * Math.sqrt(Math.max(0, amount) / greatest),
    itemStyle: { color: withOpacity(theme.accent, 0.5), borderColor: theme.accent, borderWidth: 1.5 },
    emphasis: { itemStyle: { color: withOpacity(theme.accent, 0.8), borderColor: theme.text, borderWidth: 2 } },
  };
}

/**
 * Land, a grid of degrees, names of cities, and on them cells or cities by what was spent there.
 * @param {Places} places @param {ChartContext} ctx @param {{ extent: Extent, roam: boolean | "move" | "scale" }} view
 */
export function toOption({ spots, cities, form }, ctx, { extent, roam }) {
  const { theme } = ctx;
  const [west, south, east, north] = extent;
  return {
    animation: false, backgroundColor: theme.sunken,
    textStyle: { fontFamily: theme.font, fontSize: 12 },
    tooltip: {
      renderMode: "richText", confine: true, backgroundColor: theme.surface, borderColor: theme.edge, textStyle: { color: theme.text, fontSize: 12 },
      /** @param {{ data?: { spot?: Spot } }} item */
      formatter: ({ data }) => (data?.spot ? told(data.spot, ctx) : ""),
    },
    geo: {
      map: "land", silent: true, roam, boundingCoords: [[west, north], [east, south]], aspectScale: Math.cos(((south + north) / 2) * (Math.PI / 180)),
      left: 0, right: 0, top: 0, bottom: 0, scaleLimit: { min: 0.2, max: MOST_ZOOM },
      itemStyle: { areaColor: theme.surface, borderColor: theme.edge, borderWidth: 0.75 }, label: { show: false }, emphasis: { disabled: true }, select: { disabled: true },
    },
    series: [
      { id: "grid", type: "lines", coordinateSystem: "geo", silent: true, z: 2, data: gridLines(extent), lineStyle: { color: theme.divider, width: 1, opacity: 0.7, curveness: 0 } },
      form === "cells" ? cellSeries(spots, ctx) : citySeries(spots, ctx),
      {
        id: "names", type: "scatter", coordinateSystem: "geo", silent: true, z: 4, symbolSize: form === "cells" ? 3 : 0, itemStyle: { color: theme.text2 }, labelLayout: { hideOverlap: true },
        data: cities.slice(0, LABELS).map((city) => ({ name: city.name, value: [city.lon, city.lat, city.amount] })),
        label: { show: true, formatter: "{b}", position: "right", distance: form === "cells" ? 8 : 12, color: theme.text, fontSize: 12, textBorderColor: theme.surface, textBorderWidth: 3 },
      },
    ],
  };
}

/** @param {Places} places @param {ChartContext} ctx */
export function describe({ spots, form }, { currency, t }) {
  const [first] = spots;
  return t(`chart.places-label-${form}`, { count: spots.length, name: first?.name ?? "", amount: formatMoney(first?.amount ?? 0, currency) });
}

/**
 * @param {HTMLElement} element @param {Places} first @param {ChartContext} ctx
 * @param {{ open: (href: string) => void, closer: (box: string) => Promise<readonly Spot[] | null> }} acts closer: the spots of a box, null where none are to be had
 */
export async function mount(element, first, ctx, { open, closer }) {
  const echarts = await loadMap();
  element.classList.add("chart");
  const { t, theme } = ctx;
  put(element, html`
    <p class="scale" aria-hidden="true" ${first.form === "cities" && html`hidden`}>${t("chart.little")}${theme.sequence.map((_, step) => html`<span class="scale-step" data-colour="var(--seq-${step})"></span>`)}${t("chart.much")}</p>
    <div class="map-frame"><div class="plot" role="img" tabindex="0"></div>
      <div class="map-tools">${["in", "out", "whole"].map((name) => html`<button type="button" class="button map-tool" data-zoom="${name}" aria-label="${t(`map.${name}`)}" title="${t(`map.${name}`)}">${{ in: "+", out: "−", whole: "⤢" }[name]}</button>`)}</div></div>`);
  const host = one(element, ".plot");
  const chart = echarts.init(host, null, { renderer: "canvas" });
  const roam = matchMedia("(pointer: coarse)").matches ? "scale" : "move";
  const home = extentOf(first.spots);
  let places = first;
  let at = -1;
  let ended = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  draw(home);

  /** @param {Extent} extent */
  function draw(extent) {
    at = -1;
    chart.setOption(/** @type {any} */ (toOption(places, ctx, { extent, roam })), true);
    host.setAttribute("aria-label", describe(places, ctx));
  }
  /** What the view shows now. @returns {Extent} */
  function shown() {
    const [west, north] = /** @type {number[]} */ (chart.convertFromPixel({ geoIndex: 0 }, [0, 0]));
    const [east, south] = /** @type {number[]} */ (chart.convertFromPixel({ geoIndex: 0 }, [chart.getWidth(), chart.getHeight()]));
    return [west ?? 0, south ?? 0, east ?? 0, north ?? 0];
  }
  async function settle() {
    if (places.form !== "cells") return;
    const extent = shown();
    const spots = await closer(boxText(extent));
    if (ended || !spots) return;
    places = { ...places, spots };
    at = -1;
    chart.setOption(/** @type {any} */ ({ series: [{ id: "grid", data: gridLines(extent) }, cellSeries(spots, ctx)] }));
    host.setAttribute("aria-label", describe(places, ctx));
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(settle, SETTLES_AFTER_MS);
  }
  /** The pixel that stays where it is: the spot walked to, else the strongest in sight, else the middle. @returns {[number, number]} */
  function held() {
    const [width, height] = [chart.getWidth(), chart.getHeight()];
    for (const spot of at >= 0 ? places.spots.slice(at, at + 1) : places.spots) {
      const [x = -1, y = -1] = /** @type {number[]} */ (chart.convertToPixel({ geoIndex: 0 }, [spot.lon, spot.lat]));
      if (x >= 0 && x <= width && y >= 0 && y <= height) return [x, y];
    }
    return [width / 2, height / 2];
  }
  /** @param {number} factor */
  function zoom(factor) {
    const [originX, originY] = held();
    chart.dispatchAction({ type: "geoRoam", componentType: "geo", geoIndex: 0, zoom: factor, originX, originY });
    later();
  }
  /** @param {string | undefined} name */
  function tool(name) {
    if (name === "in") zoom(ZOOM_STEP);
    else if (name === "out") zoom(1 / ZOOM_STEP);
    else {
      places = first;
      draw(home);
    }
  }
  /** @param {number} index */
  function walkTo(index) {
    at = (index + places.spots.length) % places.spots.length;
    // Cells are drawn the other way round, the strongest last.
    chart.dispatchAction({ type: "showTip", seriesIndex: 1, dataIndex: places.form === "cells" ? places.spots.length - 1 - at : at });
  }
  host.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const name = { "+": "in", "=": "in", "-": "out", 0: "whole" }[event.key];
    if (event.ctrlKey || event.metaKey) return;
    if (step && places.spots.length > 0) walkTo(at < 0 && step < 0 ? -1 : at + step);
    else if (event.key === "Enter" && places.spots[at]) open(/** @type {Spot} */ (places.spots[at]).href);
    else if (event.key === "Escape") chart.dispatchAction({ type: "hideTip" });
    else if (name) tool(name);
    else return;
    event.preventDefault();
  });
  for (const button of element.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => tool(button.getAttribute("data-zoom") ?? undefined));
  chart.on("georoam", later);
  chart.on("click", ({ data }) => {
    const { spot } = /** @type {{ spot?: Spot }} */ (data ?? {});
    // On a touch screen the first tap shows the figures; the rows are one link away in the list.
    if (spot && matchMedia("(hover: hover)").matches) open(spot.href);
  });
  const watch = new ResizeObserver(() => chart.resize());
  watch.observe(host);
  return {
    destroy() {
      ended = true;
      clearTimeout(timer);
      watch.disconnect();
      chart.dispose();
    },
  };
}
