// What is worth a look: a group for each kind, and a button for each finding.

import { getJSON, postJSON } from "/static/lib/api.js";
import { follow } from "./job.js";
import { element, find } from "./text.js";

/** Lists suspicious records; `onLook` gets first and last position of the one that is tapped. */
export class Suspicions {
  constructor(onLook) {
    this._onLook = onLook;
    find("look").addEventListener("click", () => this._look());
  }

  async open(tub) {
    if (this._tub !== tub.tub) {
      find("odd").replaceChildren();
      this._say("Looking …");
    }
    this._tub = tub.tub;
    this._first = tub.first_index;
    const told = await getJSON("/data/suggest", { tub: tub.tub }, { quiet: true }).catch(() => null);
    if (!told || this._tub !== tub.tub) return;
    const opened = new Set([...find("odd").children].filter((one) => one.open).map((one) => one.dataset.kind));
    find("odd").replaceChildren(...told.groups.map((group) => this._group(group, opened)));
    const where = told.pictures ? "values and pictures" : "values";
    this._say(told.groups.length ? "" : `Nothing is suspicious in its ${where}.`);
    find("look").textContent = told.pictures ? "Look at all pictures again" : "Look at all pictures, too";
  }

  _say(text) {
    find("odd-none").textContent = text;
    find("odd-none").hidden = !text;
  }

  _group({ kind, title, advice, found }, opened) {
    const place = element("details", "odd-group");
    place.dataset.kind = kind;
    place.open = opened.has(kind);
    const list = element("ul");
    list.append(...found.map(([first, last, reason]) => {
      const line = element("li");
      const button = element("button", "finding");
      button.type = "button";
      const where = first === last ? `${first}` : `${first}–${last}`;
      button.append(element("b", "", where), element("span", "", reason));
      button.addEventListener("click", () => this._onLook(first, last));
      line.append(button);
      return line;
    }));
    place.append(element("summary", "", `${title}: ${found.length}`), element("p", "quiet", advice), list);
    return place;
  }

  async _look() {
    find("look").disabled = true;
    const told = await postJSON("/data/look", { tub: this._tub }).catch(() => null);
    const tub = this._tub;
    if (told) await follow(told.job, "All pictures were looked at.");
    find("look").disabled = false;
    if (this._tub === tub) this.open({ tub, first_index: this._first });
  }
}
