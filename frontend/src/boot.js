/*
 * Runs before the first paint, as a classic script in the head, so that neither the theme nor the
 * language flashes. It only reads; state/prefs.js is the one that writes.
 */
(function () {
  "use strict";
  var root = document.documentElement;
  /** @type {Record<string, any>} */
  var saved = {};
  try {
    saved = JSON.parse(localStorage.getItem("prefs") || "{}") || {};
  } catch (_) {
    saved = {};
  }
  var query = new URLSearchParams(location.search);
  var theme = query.get("theme") || saved.theme || "system";
  if (theme !== "dark" && theme !== "light") {
    theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  var locale = query.get("lang") || saved.locale || "zh-CN";
  root.dataset.theme = theme;
  root.dataset.accent = saved.accent || "teal";
  root.dataset.rise = saved.rise || "red";
  root.dataset.ready = "false";
  root.lang = /^en/i.test(locale) ? "en" : "zh-CN";
})();
