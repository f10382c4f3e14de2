// @ts-check
/**
 * Hands a file to the browser's downloads.
 * @param {Blob} blob @param {string} name
 */
export function saveBlob(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The download has read the address once the click was handled; a minute covers slow disks.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
