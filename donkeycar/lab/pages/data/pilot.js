// What a pilot would have done: its answers to all records of a tub, computed once by a job.

import { getJSON, postJSON } from "/static/lib/api.js";
import { follow } from "./job.js";
import { element, find } from "./text.js";

/** The chosen pilot; `onChange` is called when its answers are there, or are no longer shown. */
export class Pilot {
  constructor(onChange) {
    this._onChange = onChange;
    this._answers = null;
    find("pilot").addEventListener("change", () => this._choose());
  }

  async open(tub) {
    this._tub = tub.tub;
    this._answers = null;
    find("pilot-says").textContent = "";
    const told = await getJSON("/data/pilots", {}, { quiet: true }).catch(() => ({ pilots: [] }));
    const options = told.pilots.map(({ name, file }) => {
      const option = element("option", "", name);
      option.value = file;
      return option;
    });
    find("pilot").replaceChildren(find("pilot").options[0], ...options);
    find("pilot").value = "";
    find("pilot-row").hidden = !options.length;
  }

  /** Its angle and throttle at a position, or null. */
  at(position) {
    if (!this._answers) return null;
    return { angle: this._answers.angle[position], throttle: this._answers.throttle[position] };
  }

  async _choose() {
    const asked = { tub: this._tub, pilot: find("pilot").value };
    const isWanted = () => asked.tub === this._tub && asked.pilot === find("pilot").value;
    this._show(null, "");
    if (!asked.pilot) return;
    let told = await getJSON("/data/answers", asked).catch(() => null);
    if (told && !told.angle && isWanted()) {
      this._show(null, "Answering …");
      const begun = await postJSON("/data/ask", asked).catch(() => null);
      const isDone = begun && (await follow(begun.job, "The pilot has answered."));
      told = isDone ? await getJSON("/data/answers", asked).catch(() => null) : null;
    }
    if (!isWanted()) return;
    if (told?.angle) this._show(told, "Amber: the pilot");
    else this._show(null, "No answers");
  }

  _show(answers, text) {
    this._answers = answers;
    find("pilot-says").textContent = text;
    this._onChange();
  }
}
