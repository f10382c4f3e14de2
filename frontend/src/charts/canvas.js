// @ts-check
import { html, one, put } from "../lib/html.js";
import { loadChart } from "../lib/vendor.js";

/**
 * What a chart's toOption returns beside the library's own configuration.
 * @typedef {object} Drawing
 * @property {import("chart.js").ChartConfiguration<any, any, any>} config
 * @property {string} label what is drawn, with total, least and greatest
 * @property {string} [caption] what the amount axis measures, with its unit
 * @property {Array<{ name: string, mark: "line" | "dashed" | "band" | "hollow" | "swatch", colour: string, datasets: number[] }>} [legend]
 * @property {(index: number) => string | null} [href] where a point leads
 * @property {(dataset: number, index: number) => string | null} [hrefOf] where a point leads, where each set has its own
 *
 * @typedef {object} Mounted
 * @property {(drawing: Drawing) => void} update
 * @property {() => void} destroy
 */

/**
 * Draws with Chart.js: legend above, arrows walk the points, Enter opens one, Esc closes the tooltip.
 * @param {HTMLElement} element
 * @param {Drawing} first
 * @returns {Promise<Mounted>}
 */
export async function mountChart(element, first) {
  const Chart = await loadChart();
  put(element, html`<div class="legend"></div><p class="axis-caption note"></p><div class="plot"><canvas role="img" tabindex="0"></canvas></div>`);
  const canvas = /** @type {HTMLCanvasElement} */ (one(element, "canvas"));
  let drawing = first;
  let ended = false;
  let chart = new Chart(canvas, prepared(drawing));
  describe();

  function describe() {
    canvas.setAttribute("aria-label", drawing.label);
    const caption = one(element, ".axis-caption");
    caption.textContent = drawing.caption ?? "";
    caption.hidden = !drawing.caption;
    mountLegend(one(element, ".legend"), drawing, chart);
  }
  /** @param {number} index @param {number} [dataset] */
  function open(index, dataset = 0) {
    const href = drawing.hrefOf ? drawing.hrefOf(dataset, index) : drawing.href?.(index);
    if (href) location.hash = href;
  }
  canvas.addEventListener("keydown", (event) => walk(event, chart, open));
  // A canvas that is taken away while it has the focus loses it after its chart has ended.
  canvas.addEventListener("blur", () => !ended && activate(chart, null));
  canvas.addEventListener("click", (event) => {
    const [hit] = chart.getElementsAtEventForMode(event, drawing.hrefOf ? "nearest" : "index", { intersect: Boolean(drawing.hrefOf) }, false);
    // On a touch screen the first tap shows the figures; the rows are one link away in the table.
    if (hit && matchMedia("(hover: hover)").matches) open(hit.index, hit.datasetIndex);
  });
  return {
    update(next) {
      drawing = next;
      chart.destroy();
      chart = new Chart(canvas, prepared(next));
      describe();
    },
    destroy() {
      ended = true;
      chart.destroy();
    },
  };
}

/** @param {Drawing} drawing */
function prepared({ config }) {
  return { ...config, options: { ...config.options, responsive: true, maintainAspectRatio: false, animation: false } };
}

/** @param {import("chart.js").Chart} chart @param {number | null} index */
function activate(chart, index) {
  const active = index === null ? [] : chart.data.datasets
    .map((_, datasetIndex) => ({ datasetIndex, index }))
    .filter(({ datasetIndex }) => {
      const meta = chart.getDatasetMeta(datasetIndex);
      return !meta.hidden && meta.data[index] !== undefined && chart.data.datasets[datasetIndex]?.data[index] !== null;
    });
  const anchor = active[0] ? chart.getDatasetMeta(active[0].datasetIndex).data[active[0].index] : null;
  chart.setActiveElements(active);
  chart.tooltip?.setActiveElements(active, { x: anchor?.x ?? 0, y: anchor?.y ?? 0 });
  chart.update();
}

/** @param {KeyboardEvent} event @param {import("chart.js").Chart} chart @param {(index: number) => void} open */
function walk(event, chart, open) {
  const count = chart.data.labels?.length ?? 0;
  const at = chart.getActiveElements()[0]?.index ?? null;
  /** @type {Record<string, number>} */
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const step = steps[event.key];
  if (step !== undefined && count > 0) {
    event.preventDefault();
    activate(chart, at === null ? (step > 0 ? 0 : count - 1) : Math.min(count - 1, Math.max(0, at + step)));
  } else if (event.key === "Home" || event.key === "End") {
    event.preventDefault();
    activate(chart, event.key === "Home" ? 0 : count - 1);
  } else if (event.key === "Enter" && at !== null) open(at);
  else if (event.key === "Escape") activate(chart, null);
}

/** @param {HTMLElement} element @param {Drawing} drawing @param {import("chart.js").Chart} chart */
function mountLegend(element, { legend = [] }, chart) {
  element.hidden = legend.length === 0;
  put(element, html`${legend.map((entry) => html`<button type="button" class="legend-entry" aria-pressed="true"><span class="legend-mark legend-${entry.mark}" data-colour="${entry.colour}" aria-hidden="true"></span>${entry.name}</button>`)}`);
  element.querySelectorAll("button").forEach((button, index) => {
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      for (const dataset of legend[index]?.datasets ?? []) chart.setDatasetVisibility(dataset, shown);
      chart.update();
    });
  });
}
