// @ts-check
import { ApiError, isAbort, problemToError } from "../lib/errors.js";
import { number, record, text } from "../lib/shape.js";

/**
 * @typedef {Record<string, string | number | boolean | null | undefined>} Query
 * @typedef {object} Options
 * @property {Query} [query] null, undefined and "" are left out
 * @property {unknown} [body] sent as JSON
 * @property {AbortSignal} [signal]
 * @property {boolean} [anonymous] without a token, and without a refresh when refused
 * @property {string} [accept]
 */

/** The access token lives here and nowhere else: memory only. @type {{ token: string | null, renewal: Promise<boolean> | null }} */
const access = { token: null, renewal: null };
/** @type {{ onEnd: () => void }} */
const listeners = { onEnd: () => {} };

const tokenShape = record({ access_token: text, expires_in: number });

/** @param {() => void} listener called when the session can no longer be renewed */
export function onSessionEnd(listener) {
  listeners.onEnd = listener;
}

/** @param {unknown} answer the answer of a sign-in or a refresh */
export function keepToken(answer) {
  access.token = tokenShape(answer, "").access_token;
}

export function dropToken() {
  access.token = null;
}

export function hasToken() {
  return access.token !== null;
}

/**
 * The address with its query; absent values are left out.
 * @param {string} path @param {Query} [query]
 */
export function address(path, query = {}) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

/**
 * True when the refresh cookie yielded a new access token. Calls at the same time share one
 * request, because the cookie is rotated at every use.
 * @returns {Promise<boolean>}
 */
export function renew() {
  access.renewal ??= renewOnce().finally(() => {
    access.renewal = null;
  });
  return access.renewal;
}

async function renewOnce() {
  const answer = await send("POST", "/auth/refresh", { anonymous: true });
  if (answer.status === 401 || answer.status === 403 || answer.status === 400) {
    dropToken();
    return false;
  }
  if (!answer.ok) throw await refusal(answer);
  keepToken(await answer.json());
  return true;
}

/**
 * The JSON of an answer, null where it has none.
 * @param {string} method @param {string} path @param {Options} [options]
 * @returns {Promise<unknown>}
 */
export async function request(method, path, options = {}) {
  const answer = await authorised(method, path, options);
  if (answer.status === 204) return null;
  const body = await answer.text();
  return body ? JSON.parse(body) : null;
}

/**
 * A file and the name that the service gives it.
 * @param {string} path @param {Options} options
 * @returns {Promise<{ blob: Blob, name: string | null }>}
 */
export async function download(path, options = {}) {
  const answer = await authorised("GET", path, options);
  return { blob: await answer.blob(), name: fileName(answer.headers.get("Content-Disposition")) };
}

/**
 * The file name of a Content-Disposition header; the extended form (RFC 6266) wins.
 * @param {string | null} header
 */
export function fileName(header) {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(header ?? "");
  if (extended?.[1]) return decodeURIComponent(extended[1].trim());
  return /filename="?([^";]+)"?/i.exec(header ?? "")?.[1] ?? null;
}

/** @param {string} method @param {string} path @param {Options} options */
async function authorised(method, path, options) {
  let answer = await send(method, path, options);
  if (answer.status === 401 && !options.anonymous) {
    if (!(await renew())) {
      listeners.onEnd();
      throw await refusal(answer);
    }
    answer = await send(method, path, options);
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/** @param {string} method @param {string} path @param {Options} options */
async function send(method, path, options) {
  const headers = new Headers({ Accept: options.accept ?? "application/json" });
  if (access.token && !options.anonymous) headers.set("Authorization", `Bearer ${access.token}`);
  /** @type {RequestInit} */
  const init = { method, headers, signal: options.signal, credentials: "same-origin" };
  if (options.body !== undefined) {
    headers.set("Content-Type", "application/json");
    init.body = JSON.stringify(options.body);
  }
  try {
    return await fetch(address(path, options.query), init);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError({ status: 0, slug: "network" });
  }
}

/** @param {Response} answer */
async function refusal(answer) {
  let body = null;
  try {
    body = await answer.json();
  } catch {
    // A body that is no JSON says nothing more than the status does.
  }
  return problemToError({
    status: answer.status,
    body,
    requestId: answer.headers.get("X-Request-ID"),
    retryAfter: answer.headers.get("Retry-After"),
  });
}

/**
 * The JSON of an upload; fetch reports no upload progress, XMLHttpRequest does.
 * @param {string} path
 * @param {FormData} form
 * @param {(sentBytes: number, totalBytes: number) => void} onProgress
 * @param {AbortSignal} [signal] stops it
 * @returns {Promise<unknown>}
 */
export async function upload(path, form, onProgress, signal) {
  if (!hasToken()) await renew();
  let answer = await sendForm(path, form, onProgress, signal);
  if (answer.status === 401 && (await renew())) answer = await sendForm(path, form, onProgress, signal);
  if (answer.status === 401) listeners.onEnd();
  if (answer.status < 200 || answer.status >= 300) throw problemToError(answer);
  return answer.body;
}

/**
 * @param {string} path @param {FormData} form @param {(sentBytes: number, totalBytes: number) => void} onProgress @param {AbortSignal} [signal]
 * @returns {Promise<{ status: number, body: unknown, requestId: string | null, retryAfter: string | null }>}
 */
function sendForm(path, form, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", path);
    call.setRequestHeader("Accept", "application/json");
    if (access.token) call.setRequestHeader("Authorization", `Bearer ${access.token}`);
    call.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    call.addEventListener("error", () => reject(new ApiError({ status: 0, slug: "network" })));
    call.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
    signal?.addEventListener("abort", () => call.abort(), { once: true });
    call.addEventListener("load", () => {
      let body = null;
      try {
        body = JSON.parse(call.responseText);
      } catch {
        // As above: the status speaks.
      }
      resolve({ status: call.status, body, requestId: call.getResponseHeader("X-Request-ID"), retryAfter: call.getResponseHeader("Retry-After") });
    });
    call.send(form);
  });
}
