// A virtual joystick that appears where the thumb lands: the first touch is always zero.

import nipplejs from "../vendor/nipplejs/nipplejs.js";

const SIZE_PX = 150;

/** A thumb zone. `axes` is "xy", "x" (steering only) or "y" (throttle only). */
export class Stick {
  constructor(zone, { axes = "xy", onMove = () => {} } = {}) {
    this.x = 0;
    this.y = 0;
    this.held = false;
    this._zone = zone;
    this._onMove = onMove;
    this._pads = nipplejs.create({
      zone,
      mode: "dynamic",
      shape: "square",
      size: SIZE_PX,
      fadeTime: 80,
      lockX: axes === "x",
      lockY: axes === "y",
      color: { front: "var(--accent)", back: "var(--raised)" },
    });
    this._pads.on("start", () => this._set(true, 0, 0));
    this._pads.on("move", ({ data }) => this._set(true, data.vector.x, data.vector.y));
    this._pads.on("end", () => this._set(false, 0, 0));
  }

  /** Forget the thumb: it has to be lifted and put down again to drive. */
  release() {
    this._set(false, 0, 0);
    this._pads.all.forEach((pad) => pad.end());
  }

  _set(held, x, y) {
    this.held = held;
    this.x = x;
    this.y = y;
    this._zone.classList.toggle("held", held);
    this._onMove();
  }
}
