// @ts-check
/**
 * Tells tools when a page is drawn: <html data-ready="true"> while nothing that was tracked is
 * still under way.
 */
let pending = 0;

function show() {
  document.documentElement.dataset.ready = pending === 0 ? "true" : "false";
}

/** Two frames: layout and the charts' own drawing are then done. @returns {Promise<void>} */
function painted() {
  return new Promise((resolve) => {
    // A hidden tab gets no frames; the timer lets it become ready too.
    const late = setTimeout(resolve, 250);
    requestAnimationFrame(() => requestAnimationFrame(() => {
      clearTimeout(late);
      resolve();
    }));
  });
}

/**
 * The same promise; the page counts as unready until it has settled and was painted.
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export function track(work) {
  pending += 1;
  show();
  const done = async () => {
    await painted();
    pending -= 1;
    show();
  };
  work.then(done, done);
  return work;
}
