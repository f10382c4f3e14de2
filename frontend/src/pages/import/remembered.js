// @ts-check
import { fetchMappings, forgetMapping } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { confirmed } from "../../components/confirm/confirm.js";
import { icon } from "../../components/icon/icon.js";
import { problemText } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { locale, t } from "../../i18n/i18n.js";
import { formatInstant } from "../../lib/dates.js";
import { html, put } from "../../lib/html.js";
import { prefs } from "../../state/prefs.js";

/** @typedef {Awaited<ReturnType<typeof fetchMappings>>[number]} Remembered */

const SHOWN_NAMES = 5;

/** The tables that are imported without asking since their columns were told once; nothing where there are none. */
export function rememberedCard() {
  const card = createCard({ title: t("mappings.title"), className: "import-mappings" });
  card.element.hidden = true;
  const refresh = () => card.run(async () => {
    const items = await fetchMappings();
    card.element.hidden = items.length === 0;
    card.answer(t("mappings.lead"));
    put(card.content, html`<ul class="mapping-list">${items.map(row)}</ul>`);
    for (const item of items) {
      card.content.querySelector(`[data-forget="${CSS.escape(item.id)}"]`)?.addEventListener("click", () => forget(item, refresh));
    }
  });
  return { element: card.element, refresh };
}

/** @param {Remembered} item */
function nameOf({ header, mapping }) {
  const names = header.filter(Boolean);
  if (names.length === 0) return t("mappings.no-header");
  const shown = names.slice(0, SHOWN_NAMES).join(" · ");
  const name = names.length > SHOWN_NAMES ? t("mappings.and-more", { names: shown, count: names.length - SHOWN_NAMES }) : shown;
  return mapping.source === "mapped" ? name : `${mapping.source}: ${name}`;
}

/** @param {Remembered} item */
function row(item) {
  const name = nameOf(item);
  return html`<li><div><p class="mapping-name">${name}</p><p class="note">${t("mappings.used", { when: formatInstant(item.used_at, locale(), prefs.value.timeZone) })}</p></div>
    <button type="button" class="icon-button" data-forget="${item.id}" aria-label="${t("mappings.forget-one", { name })}">${icon("trash", "icon-small")}</button></li>`;
}

/** @param {Remembered} item @param {() => Promise<void>} refresh */
async function forget(item, refresh) {
  if (!(await confirmed({ title: t("mappings.forget"), text: t("mappings.forget-text", { name: nameOf(item) }), action: t("mappings.forget") }))) return;
  try {
    await forgetMapping(item.id);
  } catch (error) {
    toast(problemText(error), { failed: true });
  }
  await refresh();
}
