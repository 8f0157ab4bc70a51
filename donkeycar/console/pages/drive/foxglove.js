// Links that show the car in Foxglove: make one, see which there are, end one.

import { copyLine } from "/static/lib/copy_line.js";
import { failure } from "/static/lib/failure.js";
import { toast } from "/static/lib/toast.js";

const ADDRESS = "/foxglove/links";

/** Fills `section`, which stays hidden on a car that does not show itself in Foxglove. */
export class FoxgloveLinks {
  constructor({ section, list, made, make }) {
    this._section = section;
    this._list = list;
    this._made = made;
    make.addEventListener("click", () => this._make().catch((error) => toast(failure(error), { danger: true })));
  }

  /** Ask the car which links there are. */
  async load() {
    const answer = await fetch(ADDRESS);
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    this._section.hidden = false;
    this._show(told);
  }

  async _make() {
    const { url, open } = await this._ask({ make: true });
    const link = document.createElement("a");
    link.href = open;
    link.textContent = "Open in Foxglove";
    // The car keeps no token, so this is the only time that anybody can read it.
    this._made.replaceChildren(copyLine("Address for Foxglove; it is shown this once", url), link);
    this._made.hidden = false;
    await this.load();
  }

  async _ask(message) {
    const answer = await fetch(ADDRESS, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(message),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    return told;
  }

  _show({ links }) {
    this._list.replaceChildren(...links.map((link) => this._line(link)));
  }

  _line({ id, label, is_here: isHere }) {
    const line = document.createElement("li");
    const words = document.createElement("div");
    const name = document.createElement("span");
    const about = document.createElement("span");
    name.textContent = `Link ${id.slice(0, 4)}`;
    about.className = "quiet";
    about.textContent = [isHere ? "watching now" : "nobody watches", label && `made by ${label}`].filter(Boolean).join(", ");
    words.append(name, about);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Remove";
    button.setAttribute("aria-label", `Remove link ${id.slice(0, 4)}`);
    button.addEventListener("click", () => this._remove(id));
    line.append(words, button);
    return line;
  }

  async _remove(id) {
    try {
      this._show(await this._ask({ remove: id }));
      this._made.hidden = true;
    } catch (error) {
      toast(failure(error), { danger: true });
    }
  }
}
