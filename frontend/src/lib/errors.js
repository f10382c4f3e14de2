// @ts-check
/**
 * One wrong field or row of a refused request.
 * @typedef {{ code: string, detail: string, pointer: string | null, row: number | null }} FieldError
 */

/** A refusal by a service (problem+json), or its absence: status 0 when nothing answered. */
export class ApiError extends Error {
  /**
   * @param {{ status: number, slug: string, detail?: string, requestId?: string, retryAfterS?: number | null, errors?: FieldError[] }} problem
   */
  constructor(problem) {
    super(problem.detail || problem.slug);
    this.name = "ApiError";
    this.status = problem.status;
    this.slug = problem.slug;
    this.requestId = problem.requestId ?? "";
    this.retryAfterS = problem.retryAfterS ?? null;
    this.errors = problem.errors ?? [];
  }
}

/** @param {unknown} error */
export function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * The refusal that a problem document describes, read without trust in its fields.
 * @param {{ status: number, body: unknown, requestId?: string | null, retryAfter?: string | null }} answer
 */
export function problemToError({ status, body, requestId, retryAfter }) {
  const problem = /** @type {Record<string, unknown>} */ (typeof body === "object" && body !== null ? body : {});
  const type = typeof problem.type === "string" ? problem.type : "";
  const slug = type.split("/").filter(Boolean).pop() ?? "";
  const seconds = Number(retryAfter);
  return new ApiError({
    status,
    slug: slug && slug !== "about:blank" ? slug : slugOfStatus(status),
    detail: typeof problem.detail === "string" ? problem.detail : "",
    requestId: typeof problem.request_id === "string" ? problem.request_id : (requestId ?? ""),
    retryAfterS: retryAfter && Number.isFinite(seconds) ? seconds : null,
    errors: Array.isArray(problem.errors) ? problem.errors.map(toFieldError) : [],
  });
}

/** @param {unknown} entry @returns {FieldError} */
function toFieldError(entry) {
  const fields = /** @type {Record<string, unknown>} */ (typeof entry === "object" && entry !== null ? entry : {});
  return {
    code: String(fields.code ?? ""),
    detail: String(fields.detail ?? ""),
    pointer: typeof fields.pointer === "string" ? fields.pointer : null,
    row: typeof fields.row === "number" ? fields.row : null,
  };
}

/** @param {number} status */
function slugOfStatus(status) {
  /** @type {Record<number, string>} */
  const slugs = {
    0: "network", 400: "invalid-request", 401: "unauthenticated", 403: "forbidden", 404: "not-found", 405: "method-not-allowed",
    409: "conflict", 413: "payload-too-large", 415: "unsupported-media-type", 422: "validation-failed", 429: "too-many-requests",
    502: "bad-gateway", 503: "service-unavailable", 504: "gateway-timeout", 507: "storage-full",
  };
  return slugs[status] ?? "internal-error";
}
