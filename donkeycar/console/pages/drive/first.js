// First contact: one sentence that says how to drive, until this browser has driven once.

import { write } from "/static/lib/write.js";

const KEY = "donkeycar.has_driven";
const KEYS = "Hold the arrow keys to drive: ↑ gives throttle, ← and → steer, Space stops.";
const ONE_THUMB = "Put a thumb here and push up: the car drives. Let go, and it rolls to a stop.";
const TWO_THUMBS = "Left thumb steers, right thumb gives throttle. Let go, and the car rolls to a stop.";
const LATER = { thumbs: "Put a thumb here to drive", keys: "Drag here, or use the arrow keys" };

/** Says how to drive: on the pad, and in `element` on a phone on its side, which shows no pad. */
export class FirstContact {
  constructor(element, { hasThumbs }) {
    this._element = element;
    this._hasThumbs = hasThumbs;
    this._done = remembered();
  }

  /** What the pad says while it would drive. */
  get padHint() {
    if (this._done) return this._hasThumbs ? LATER.thumbs : LATER.keys;
    return this._hasThumbs ? ONE_THUMB : KEYS;
  }

  /** `mayDrive`: this page would drive now; `throttle`: what the wheels are told. */
  show({ mayDrive, throttle }) {
    if (mayDrive && throttle !== 0 && !this._done) this._finish();
    this._element.hidden = this._done || !mayDrive;
    if (!this._element.hidden) write(this._element, this._hasThumbs ? TWO_THUMBS : KEYS);
  }

  _finish() {
    this._done = true;
    try {
      localStorage.setItem(KEY, "yes");
    } catch {
      // A private window keeps nothing: the sentence comes again the next time.
    }
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEY) === "yes";
  } catch {
    return false;
  }
}
