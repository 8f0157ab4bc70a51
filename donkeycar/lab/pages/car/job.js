// A command that runs for long: its words, what it prints, and a button that stops it.

import { getJSON, postJSON } from "/static/lib/api.js";
import { copyLine } from "/static/lib/copy_line.js";
import { write } from "/static/lib/write.js";

const AGAIN_MS = 700;
const STATES = { running: "Running…", done: "Done.", failed: "It failed.", stopped: "Stopped.", lost: "The computer was switched off meanwhile." };

/** Shows one job in `place`; `onEnd(job)` is called when it has ended. */
export class JobView {
  constructor(place, { onEnd = () => {} } = {}) {
    this._place = place;
    this._onEnd = onEnd;
  }

  /** Show this job until it ends, in the place of the one before. */
  follow(job) {
    clearTimeout(this._timer);
    this._id = job.id;
    this._state = document.createElement("p");
    this._state.setAttribute("role", "status");
    this._output = document.createElement("pre");
    this._output.tabIndex = 0;
    this._output.setAttribute("aria-label", "What it prints");
    this._stop = document.createElement("button");
    this._stop.type = "button";
    this._stop.textContent = "Stop it";
    this._stop.addEventListener("click", () => postJSON("/car/end", { id: job.id }));
    this._place.replaceChildren(copyLine(job.title, job.command), this._state, this._output, this._stop);
    this._place.hidden = false;
    this._show(job);
  }

  _show(job) {
    if (job.id !== this._id) return;
    write(this._state, STATES[job.state]);
    this._place.dataset.state = job.state;
    // A terminal shows only what follows the last return of a line.
    write(this._output, job.output.split("\n").map((line) => line.split("\r").findLast(Boolean) ?? "").join("\n"));
    this._output.hidden = job.output === "";
    this._output.scrollTop = this._output.scrollHeight;
    this._stop.hidden = job.state !== "running";
    if (job.state === "running") this._timer = setTimeout(() => this._ask(), AGAIN_MS);
    else this._onEnd(job);
  }

  async _ask() {
    try {
      this._show(await getJSON("/car/job", { id: this._id }, { quiet: true }));
    } catch {
      write(this._state, "No answer. Asking again…");
      this._timer = setTimeout(() => this._ask(), AGAIN_MS);
    }
  }
}
