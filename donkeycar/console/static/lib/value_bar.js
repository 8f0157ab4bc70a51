// A bar that grows from the middle, for values of -1 to +1.

/** Show `value` in the bar `element`. */
export function showValue(element, value) {
  element.style.setProperty("--value", String(Math.max(-1, Math.min(1, value || 0))));
}
