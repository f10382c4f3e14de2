// @ts-check
import { saveBlob } from "../../lib/download.js";
import { loadPictures } from "../../lib/vendor.js";

/** Twice the size on the screen, so that it is sharp on paper and in slides. */
const PIXEL_RATIO = 2;
/** What one presses has no place in a picture. */
const LEFT_OUT = ".card-tools, .map-tools, [data-part=status], [hidden]";

/**
 * Saves what a card shows, with its title, answer and foot, as a PNG file.
 * @param {HTMLElement} card @param {string} name the file's name without its end
 */
export async function savePicture(card, name) {
  const { toBlob } = await loadPictures();
  const picture = await toBlob(card, {
    pixelRatio: PIXEL_RATIO, skipFonts: true, backgroundColor: getComputedStyle(card).backgroundColor,
    filter: (node) => !(node instanceof Element && node.matches(LEFT_OUT)),
  });
  if (picture === null) throw new Error("the browser made no picture");
  saveBlob(picture, `${name}.png`);
}
