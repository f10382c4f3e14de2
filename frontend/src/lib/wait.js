// @ts-check
/**
 * Resolves after a while; rejects when aborted.
 * @param {number} durationMs @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function wait(durationMs, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, durationMs);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("aborted", "AbortError"));
    }, { once: true });
  });
}
