// The list of drives: how each went, whether its trail is shown, and which car is followed.

import { postJSON } from "/static/lib/api.js";
import { copyLine } from "/static/lib/copy_line.js";

const STATES = {
  running: "drives…",
  failed: "failed",
  stopped: "was stopped",
  lost: "was lost: the computer or its process was switched off",
};

/** A line of the list. `onChoose()` is called when what is shown or followed changes. */
export class RunLine {
  constructor(job, onChoose) {
    this.place = element("li", "card");
    this.id = job.id;
    this._onChoose = onChoose;
    this.update(job, null, null);
  }

  get shown() {
    return this._show?.checked ?? false;
  }

  get followed() {
    return this._follow?.checked ?? false;
  }

  follow() {
    if (this._follow) this._follow.checked = true;
    if (this._show) this._show.checked = true;
  }

  update(job, result, path) {
    this.state = job.state;
    this.path = path;
    const head = element("div", "run-head");
    const parts = [head];
    head.append(element("strong", "", job.title));
    if (path) {
      const chip = element("i", "chip");
      chip.style.background = path.colour;
      head.prepend(chip);
      this._show = choice("checkbox", "Show its trail", `Show the trail: ${job.title}`);
      this._follow = choice("radio", "Follow it", `Follow the car: ${job.title}`);
      this._follow.name = "followed";
      for (const input of [this._show, this._follow]) {
        input.addEventListener("change", () => this._onChoose());
        head.append(input.parentElement);
      }
      parts.push(figures(result));
    } else if (job.state !== "done") {
      head.append(element("span", "quiet", STATES[job.state]));
    } else {
      parts.push(element("p", "", lastLine(job.output)));
    }
    if (job.state === "running") head.append(stopButton(job));
    if (job.state === "failed") parts.push(element("pre", "log", lastLine(job.output)));
    const more = document.createElement("details");
    more.append(element("summary", "quiet", "Command"), copyLine("The same from a terminal", job.command));
    parts.push(more);
    this.place.replaceChildren(...parts);
  }
}

function figures(result) {
  const place = element("div", "figures quiet");
  const laps = result.lap_times.map((lap) => lap.toFixed(2)).join(", ");
  const texts = [
    `${result.laps_completed} of ${result.laps} laps`,
    laps ? `lap times ${laps} s` : "no lap",
    `${count(result.off_track_count, "time")} off the track`,
    count(result.collisions, "collision"),
    `${result.mean_speed.toFixed(2)} m/s on average`,
    `${(100 * result.cte_rms).toFixed(1)} cm beside the line (rms)`,
    `driving score ${result.driving_score.toFixed(1)} of 100`,
  ];
  place.append(...texts.map((text) => element("span", "", text)));
  return place;
}

function count(number, what) {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function stopButton(job) {
  const button = element("button", "", "Stop this drive");
  button.type = "button";
  button.addEventListener("click", async () => {
    button.disabled = true;
    await postJSON("/simulator/stop", { id: job.id }).catch(() => {});
  });
  return button;
}

function choice(type, text, name) {
  const label = element("label");
  const input = document.createElement("input");
  input.type = type;
  input.setAttribute("aria-label", name);
  label.append(input, text);
  return input;
}

function lastLine(output = "") {
  return output.trim().split("\n").at(-1) ?? "";
}

function element(tag, name = "", text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}
