// The paired devices in the menu: which they are, and the end of a pairing.

import { failure } from "/static/lib/failure.js";
import { toast } from "/static/lib/toast.js";

const CONFIRM_MS = 4000;

/** Lists the paired devices in `list`; `note` says what is wrong with storing them. */
export class Devices {
  constructor({ list, note }) {
    this._list = list;
    this._note = note;
  }

  /** Ask the car who is paired, and show it; the answer says what else the car has. */
  async load() {
    return this._show(fetch("/devices"));
  }

  async _remove(device) {
    if (device.is_you) {
      await this._ask(device.id);
      location.replace("/pair");
      return;
    }
    await this._show(this._ask(device.id));
    toast(`${device.label} is not paired any more.`);
  }

  async _ask(id) {
    return fetch("/devices", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ remove: id }),
    });
  }

  async _show(asked) {
    try {
      const answer = await asked;
      const told = await answer.json();
      const { devices, problem, error } = told;
      if (!answer.ok) throw new Error(error);
      this._list.replaceChildren(...devices.map((device) => this._line(device)));
      this._note.textContent = problem;
      this._note.hidden = problem === "";
      return told;
    } catch (error) {
      toast(failure(error), { danger: true });
      throw error;
    }
  }

  _line(device) {
    const line = document.createElement("li");
    const name = document.createElement("span");
    const about = document.createElement("span");
    name.textContent = device.is_you ? `${device.label} (this one)` : device.label;
    about.className = "quiet";
    about.textContent = describe(device);
    const words = document.createElement("div");
    words.append(name, about);
    line.append(words, this._button(device));
    return line;
  }

  /** The first tap asks, the second within four seconds removes: a pairing cannot be undone. */
  _button(device) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Remove";
    button.setAttribute("aria-label", `Remove ${device.label}`);
    button.addEventListener("click", () => {
      if (button.dataset.sure) {
        this._remove(device).catch(() => {});
        return;
      }
      button.dataset.sure = "yes";
      button.textContent = "Sure?";
      setTimeout(() => {
        delete button.dataset.sure;
        button.textContent = "Remove";
      }, CONFIRM_MS);
    });
    return button;
  }
}

function describe(device) {
  const words = [];
  if (device.is_here && !device.is_you) words.push("connected now");
  else if (!device.is_you && device.seen_at) words.push(`last seen ${day(device.seen_at)}`);
  if (device.paired_at) words.push(`paired ${day(device.paired_at)}`);
  if (!device.is_stored) words.push("until the car ends");
  // A line breaks between what is said, not within a date.
  return words.map((said) => said.replaceAll(" ", "\u00a0")).join(", ");
}

function day(seconds) {
  return new Date(1000 * seconds).toLocaleDateString(undefined, { year: "numeric", month: "short", day: "numeric" });
}
