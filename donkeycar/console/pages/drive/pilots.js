// The pilots of this car: which one is there, and choosing another while the car runs.

import { write } from "/static/lib/write.js";

const NONE = "This car was started without a pilot. Start it with one, and you can choose others here: python manage.py drive --model models/mypilot";
const ALONE = "There is no other pilot in the folder of this car. Train one, or send one to it.";
const HOW = "Another one is loaded while the car drives on, and takes over as soon as you drive yourself.";

const find = (id) => document.getElementById(id);

/** Fills the section of the menu; `onChoose(name)` is called for a tap on a pilot. */
export class Pilots {
  constructor({ onChoose }) {
    this._onChoose = onChoose;
    this._shown = undefined;
  }

  show({ pilot_name: name = "", pilots = [], pilot_choice_note: note = "" }) {
    write(find("pilots-note"), note || (name ? (pilots.length > 1 ? HOW : ALONE) : NONE));
    const shown = JSON.stringify([name, pilots]);
    if (shown === this._shown) return;
    this._shown = shown;
    find("pilots").replaceChildren(...pilots.map((pilot) => this._row(pilot, pilot.name === name)));
  }

  _row(pilot, isThere) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", String(isThere));
    const [name, details] = ["strong", "span"].map((kind) => document.createElement(kind));
    name.textContent = pilot.name + (isThere ? " (this one)" : "");
    details.textContent = describe(pilot);
    button.append(name, details);
    button.addEventListener("click", () => this._onChoose(pilot.name));
    const row = document.createElement("li");
    row.append(button);
    return row;
  }
}

function describe({ type, created_at: createdAt, steering_error: error }) {
  const date = createdAt ? new Date(createdAt * 1000).toLocaleDateString("en-CA") : "";
  const measured = typeof error === "number" ? `steering error ${error.toFixed(3)}` : "";
  return [type, date, measured].filter(Boolean).join(", ");
}
