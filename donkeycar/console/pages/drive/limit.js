// The driver's throttle limit: three presets for a thumb, a slider in the menu, and two keys.

import { Segments } from "/static/lib/segments.js";
import { write } from "/static/lib/write.js";

// Shares of full throttle; a car with a lower ceiling bounds them.
const PRESETS = { slow: 0.25, half: 0.5, full: 1 };
const LOWEST = 0.05;
const STEP = 0.05;

const find = (id) => document.getElementById(id);

/** Shows the limit; `onSet(limit)` is called with a new one, 0.05 to the car's ceiling. */
export class Limit {
  constructor({ onSet }) {
    this._limit = 0;
    this._ceiling = 1;
    this._onSet = onSet;
    this._slider = find("limit");
    this._presets = new Segments(find("presets"), { onChoose: (name) => this._set(PRESETS[name]) });
    this._slider.addEventListener("input", () => this._set(this._slider.valueAsNumber / 100));
  }

  /** One key press more (`+1`) or less (`-1`). */
  move(steps) {
    this._set(this._limit + steps * STEP);
  }

  show(limit = 0, ceiling = 1) {
    this._limit = limit;
    this._ceiling = ceiling;
    const percent = Math.round(limit * 100);
    write(find("limit-value"), String(percent));
    write(find("limit-fine"), String(percent));
    this._slider.max = Math.round(ceiling * 100);
    if (!this._slider.matches(":active")) this._slider.value = percent;
    // With a low ceiling two presets may be the same: then the lower one is chosen.
    const name = Object.keys(PRESETS).find((preset) => Math.round(Math.min(PRESETS[preset], ceiling) * 100) === percent);
    this._presets.show(name);
  }

  _set(limit) {
    const bounded = Math.min(this._ceiling, Math.max(LOWEST, limit));
    this._onSet(Math.round(bounded * 100) / 100);
  }
}
