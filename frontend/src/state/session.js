// @ts-check
import { fetchMe, login, logout } from "../api/auth.js";
import { dropToken, onSessionEnd, renew } from "../api/client.js";
import { forgetCategories } from "./categories.js";
import { newestSeq } from "./freshness.js";
import { forgetImports } from "./imports.js";
import { pullSettings } from "./prefs.js";
import { signal } from "./signal.js";

/** The signed-in reader; null when nobody is. @type {import("./signal.js").Signal<import("../api/auth.js").User | null>} */
export const user = signal(/** @type {import("../api/auth.js").User | null} */ (null));

onSessionEnd(end);

function end() {
  dropToken();
  forgetCategories();
  forgetImports();
  newestSeq.value = null;
  user.value = null;
}

async function open() {
  const [me] = await Promise.all([fetchMe(), pullSettings().catch(() => undefined)]);
  user.value = me;
}

/** True when the refresh cookie opened a session. */
export async function resume() {
  if (!(await renew())) return false;
  await open();
  return true;
}

/** @param {string} identifier @param {string} password */
export async function signIn(identifier, password) {
  await login(identifier, password);
  await open();
}

export async function signOut() {
  await logout().catch(() => undefined);
  // Who leaves by choice is not led back to the page they left.
  history.replaceState(null, "", "#/login");
  end();
}
