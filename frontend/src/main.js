// @ts-check
import { loadLocale } from "./i18n/i18n.js";
import { one } from "./lib/html.js";
import { isOpen, startRouter } from "./router.js";
import { hasUnsent } from "./state/imports.js";
import { applyPrefs, prefs } from "./state/prefs.js";
import { resume } from "./state/session.js";

/** @typedef {import("./state/prefs.js").Prefs} Prefs */

async function start() {
  applyPrefs();
  // On the sign-in page a refusal is the rule, and not worth a failed request.
  const resumed = isOpen(location.hash) && !location.hash.includes("next=") ? Promise.resolve(false) : resume().catch(() => false);
  await resumed;
  await loadLocale(prefs.value.locale);
  const router = startRouter(one(document, "#app"));
  let shown = prefs.value;
  prefs.subscribe(async (next) => {
    const before = shown;
    shown = next;
    if (next.locale !== before.locale) {
      await loadLocale(next.locale);
      router.rebuild();
    } else if (next.theme !== before.theme || next.accent !== before.accent || next.rise !== before.rise) {
      applyPrefs();
      router.restyle();
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    applyPrefs();
    router.restyle();
  });
}

// A page that the back button brings back from memory may belong to a session that has ended.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// A file that is still on its way would be lost.
addEventListener("beforeunload", (event) => {
  if (hasUnsent()) event.preventDefault();
});

start().catch((error) => {
  // Without its messages the page has no words of its own; these two stand in for them.
  const app = one(document, "#app");
  app.textContent = "页面没能加载，请刷新重试。 The page did not load. Reload to try again.";
  document.documentElement.dataset.ready = "true";
  throw error;
});
