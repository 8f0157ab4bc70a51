// One choice out of a few, as a row of buttons that a screen reader knows as a radio group.

/** `onChoose(value)` is called for a tap on a free segment, `onRefused(value)` for a disabled one. */
export class Segments {
  constructor(element, { onChoose, onRefused = () => {} }) {
    this._buttons = [...element.querySelectorAll("button")];
    for (const button of this._buttons) {
      button.setAttribute("role", "radio");
      button.title = button.dataset.title;
      button.addEventListener("click", () => {
        const refused = button.getAttribute("aria-disabled") === "true";
        (refused ? onRefused : onChoose)(button.value);
      });
    }
    element.setAttribute("role", "radiogroup");
  }

  show(value) {
    for (const button of this._buttons) button.setAttribute("aria-checked", String(button.value === value));
  }

  /** `reason` is why `value` cannot be chosen, "" if it can; `missing` is that in a word or two. */
  disable(value, reason, missing = "") {
    const button = this._buttons.find((candidate) => candidate.value === value);
    button.setAttribute("aria-disabled", String(reason !== ""));
    button.dataset.missing = missing;
    button.title = reason || button.dataset.title;
  }
}
