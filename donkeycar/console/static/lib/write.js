// Text on the page, changed only where it differs: a screen reader and the browser have less to do.

export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
