// @ts-check
import { changePassword } from "../../api/auth.js";
import { icon } from "../../components/icon/icon.js";
import { fieldProblems, problem } from "../../components/problem/problem.js";
import { toast } from "../../components/toast/toast.js";
import { locale, t } from "../../i18n/i18n.js";
import { formatInstant } from "../../lib/dates.js";
import { html, one, put, valueOf } from "../../lib/html.js";
import { prefs } from "../../state/prefs.js";
import { signOut, user } from "../../state/session.js";

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element) {
  const me = user.value;
  put(element, html`<div class="page page-narrow"><div class="page-head"><h1>${t("nav.account")}</h1>
      <button type="button" class="button" data-action="logout">${icon("logout", "icon-small")}${t("account.logout")}</button></div>
    <section class="card"><h2>${t("account.me")}</h2><dl class="account-facts">
      ${me?.email && html`<dt>${t("account.email")}</dt><dd>${me.email}</dd>`}
      ${me?.phone && html`<dt>${t("account.phone")}</dt><dd class="figure">${me.phone}</dd>`}
      <dt>${t("account.role")}</dt><dd>${t(me?.role === "admin" ? "role.admin" : "role.user")}</dd>
      <dt>${t("account.since")}</dt><dd class="figure">${formatInstant(me?.created_at, locale(), prefs.value.timeZone)}</dd></dl></section>
    <section class="card"><h2>${t("account.password")}</h2><form class="form">
      <div data-part="problem"></div>
      <input type="text" class="unseen" autocomplete="username" value="${me?.email ?? me?.phone ?? ""}" tabindex="-1" aria-hidden="true" readonly>
      <div class="field"><label for="old">${t("account.old-password")}</label><input class="input" id="old" name="old" type="password" autocomplete="current-password" required></div>
      <div class="field"><label for="new">${t("account.new-password")}</label><input class="input" id="new" name="new" type="password" autocomplete="new-password" required aria-describedby="new-note"><p class="field-hint" id="new-note">${t("register.password-hint")}</p></div>
      <div class="actions"><button class="button button-primary">${t("account.change")}</button></div>
    </form></section></div>`);
  one(element, "[data-action=logout]").addEventListener("click", () => signOut());
  const form = /** @type {HTMLFormElement} */ (one(element, "form"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const place = one(form, "[data-part=problem]");
    try {
      await changePassword(valueOf(form, "old"), valueOf(form, "new"));
      put(place, html``);
      form.reset();
      toast(t("account.changed"));
    } catch (error) {
      put(place, html`${problem(error)}${fieldProblems(error).map((field) => html`<p class="field-error">${field.text}</p>`)}`);
    }
  });
  return { ready: Promise.resolve(), destroy() {} };
}
