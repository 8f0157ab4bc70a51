// Speed, laps and a small map, where the car knows them.

import { write } from "/static/lib/write.js";

// The map has this many units from edge to edge of the longer side of the track.
const SIZE = 100;
// A car off the lane is still on it.
const MARGIN = 16;

const find = (id) => document.getElementById(id);

/** Follows what the car says of its ride; what it does not know is not shown. */
export class Ride {
  constructor() {
    this._track = undefined;
  }

  show({ speed_m_s: speed, lap_s: lap, best_lap_s: best, track, place }) {
    find("laps").hidden = typeof speed !== "number" && typeof lap !== "number";
    say(find("speed"), typeof speed === "number", () => `${Math.abs(speed).toFixed(1)} m/s`);
    say(find("lap"), Boolean(track), () => (typeof lap === "number" ? `lap ${lap.toFixed(1)} s` : "lap –"));
    say(find("best"), typeof best === "number", () => `best ${best.toFixed(2)} s`);
    find("map").toggleAttribute("hidden", !track);
    if (!track) return;
    if (track !== this._track) this._draw(track);
    if (place) {
      const [x, y] = this._at(place);
      find("map-car").setAttribute("transform", `translate(${x} ${y}) rotate(${(-place[2] * 180) / Math.PI})`);
    }
  }

  _draw(track) {
    this._track = track;
    const [xs, ys] = [0, 1].map((axis) => track.map((point) => point[axis]));
    this._left = Math.min(...xs);
    this._top = Math.max(...ys);
    const [width, height] = [Math.max(...xs) - this._left, this._top - Math.min(...ys)];
    this._scale = SIZE / Math.max(width, height);
    find("map").setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${width * this._scale + 2 * MARGIN} ${height * this._scale + 2 * MARGIN}`);
    const points = track.map((point) => this._at(point).join(" "));
    find("map-road").setAttribute("d", `M${points.join("L")}Z`);
  }

  _at([x, y]) {
    return [(x - this._left) * this._scale, (this._top - y) * this._scale];
  }
}

function say(element, isKnown, text) {
  element.hidden = !isKnown;
  if (isKnown) write(element, text());
}
