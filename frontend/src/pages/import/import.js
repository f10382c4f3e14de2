// @ts-check
import { mountHome } from "./home.js";
import { mountImport } from "./one.js";
import { mountLinks } from "./links.js";
import { mountWizard } from "./wizard.js";

/** What `view` in the address shows; without it, files are chosen. @type {Record<string, (element: HTMLElement, params: URLSearchParams) => { ready: Promise<unknown>, destroy: () => void }>} */
const VIEWS = { import: mountImport, map: mountWizard, links: mountLinks };

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element, { params }) {
  /** @param {URLSearchParams} asked */
  const open = (asked) => {
    const host = document.createElement("div");
    element.replaceChildren(host);
    return (VIEWS[asked.get("view") ?? ""] ?? mountHome)(host, asked);
  };
  let shown = open(params);
  let address = params.toString();
  return {
    ready: shown.ready,
    async update(next) {
      // A change of theme brings the same address: nothing here is drawn on a canvas.
      if (next.toString() === address) return;
      address = next.toString();
      shown.destroy();
      shown = open(next);
      scrollTo(0, 0);
      await shown.ready;
    },
    destroy: () => shown.destroy(),
  };
}
