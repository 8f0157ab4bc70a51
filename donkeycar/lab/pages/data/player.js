// The player: one record at a time with its picture, steering and throttle, and moving through them.

import { Frames } from "./frames.js";
import { draw } from "./overlay.js";
import { find } from "./text.js";

const FASTEST_HZ = 30;
const STRIP = 120;
const AHEAD = 60;

/** Shows records of a tub; `onMove` is called with the position of each that is shown. */
export class Player {
  constructor(onMove) {
    this._onMove = onMove;
    this._tub = null;
    this._timer = 0;
    this.position = 0;
    this._keys();
    const press = (id, action) => find(id).addEventListener("click", action);
    press("play", () => this._toggle());
    press("back", () => this._step(-1));
    press("on", () => this._step(1));
    press("start", () => this._session(-1));
    press("end", () => this._session(1));
    find("scrub").addEventListener("input", () => this.go(Number(find("scrub").value)));
    find("jump").addEventListener("change", () => this.go(Number(find("jump").value) - this._tub.first_index));
    find("speed").addEventListener("change", () => this._playing() && this._play());
  }

  open(tub, position) {
    this._pause();
    this._frames?.end();
    this._strip?.end();
    this._tub = tub;
    const key = tub.images.includes("cam/image_array") ? "cam/image_array" : tub.images[0];
    this._frames = key ? new Frames(tub.tub, key) : null;
    this._strip = key ? new Frames(tub.tub, key) : null;
    this.grow(tub);
    this.go(position);
    // A strip of pictures over the whole tub: what is shown at once while somebody scrubs.
    const step = Math.max(1, Math.ceil(tub.records / STRIP));
    this._frames?.want(position).then(() => this._strip?.want(0, { count: STRIP, step }));
  }

  /** Draw the present record again, e.g. because a pilot was chosen. */
  redraw() {
    this._show();
  }

  /** Take note that the tub has more records. */
  grow(tub) {
    this._tub = tub;
    find("scrub").max = Math.max(0, tub.records - 1);
    find("jump").min = tub.first_index;
    find("jump").max = tub.last_index;
  }

  /** Records were deleted or restored: show the present one anew. */
  changed() {
    this._frames?.forget();
    this.go(this.position);
  }

  /** Show the record at a position; while it comes, the nearest one of the strip. */
  async go(position) {
    if (!this._tub?.records) return;
    this.position = Math.max(0, Math.min(this._tub.records - 1, Math.round(position) || 0));
    find("scrub").value = this.position;
    this._onMove(this.position);
    if (!this._frames) return;
    if (this._show()) return;
    const near = this._strip.nearest(this.position);
    if (near) this._draw(near.picture, near, true);
    if (this._waiting) return;
    // One request at a time: while somebody scrubs, only the newest position counts.
    this._waiting = true;
    let wanted;
    do {
      wanted = this.position;
      const frames = this._frames;
      await frames.want(wanted, { count: this._playing() ? AHEAD : 3, step: this._stride() });
      // What has come is shown although the hand has moved on, else it would never show anything.
      if (frames === this._frames) this._show(wanted);
    } while (wanted !== this.position);
    this._waiting = false;
  }

  _show(position = this.position) {
    const frame = this._frames?.get(position);
    if (!frame) return false;
    this._draw(frame.picture, frame, false);
    return true;
  }

  _draw(picture, frame, isPreview) {
    const canvas = find("picture");
    draw(canvas, picture, frame, this.pilot?.at(frame.position));
    canvas.dataset.position = frame.position;
    if (!isPreview) canvas.dataset.drawn = Number(canvas.dataset.drawn ?? 0) + 1;
    find("at").textContent = frame.index.toLocaleString("en");
    find("time").textContent = frame.time_s === null ? "–" : clock(frame.time_s);
    find("angle").textContent = signed(frame.angle);
    find("throttle").textContent = signed(frame.throttle);
    find("badge").hidden = !frame.deleted;
    find("no-picture").hidden = Boolean(picture);
    if (!isPreview && document.activeElement !== find("jump")) find("jump").value = frame.index;
  }

  _step(records) {
    this._pause();
    this.go(this.position + records);
  }

  _session(direction) {
    this._pause();
    const firsts = this._tub.sessions.map((one) => one.first);
    const target = direction > 0
      ? firsts.find((first) => first > this.position) ?? this._tub.records - 1
      : firsts.findLast((first) => first < this.position) ?? 0;
    this.go(target);
  }

  _playing() {
    return this._timer !== 0;
  }

  _toggle() {
    if (this._playing()) this._pause();
    else this._play();
  }

  /** How many records one picture moves on, so that no more than 30 are shown a second. */
  _stride() {
    if (!this._playing()) return 1;
    return Math.max(1, Math.ceil((this._tub.rate_hz * Number(find("speed").value)) / FASTEST_HZ));
  }

  _play() {
    clearInterval(this._timer);
    if (this.position >= this._tub.records - 1) this.go(0);
    this._timer = 1;
    const stride = this._stride();
    const rate_hz = (this._tub.rate_hz * Number(find("speed").value)) / stride;
    this._timer = setInterval(() => this._tick(stride), 1000 / rate_hz);
    find("play").textContent = "Pause";
    find("play").setAttribute("aria-pressed", "true");
  }

  _tick(stride) {
    if (this._waiting) return; // the picture is not here yet: wait rather than skip it
    if (this.position + stride >= this._tub.records) {
      this._pause();
      this.go(this._tub.records - 1);
      return;
    }
    this.go(this.position + stride);
    const ahead = this.position + stride * (AHEAD / 2);
    if (ahead < this._tub.records) this._frames?.want(ahead, { count: AHEAD / 2, step: stride });
  }

  _pause() {
    clearInterval(this._timer);
    this._timer = 0;
    find("play").textContent = "Play";
    find("play").setAttribute("aria-pressed", "false");
  }

  _keys() {
    const actions = {
      " ": () => this._toggle(),
      ArrowLeft: () => this._step(-1),
      ArrowRight: () => this._step(1),
      PageUp: () => this._step(-20),
      PageDown: () => this._step(20),
      Home: () => this._session(-1),
      End: () => this._session(1),
      "[": () => find("from").click(),
      "]": () => find("to").click(),
    };
    document.addEventListener("keydown", (event) => {
      const isFree = event.target === document.body || event.target.closest(".player button:not(#play)");
      const action = actions[event.key];
      if (!action || !this._tub || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!isFree || (event.key === " " && event.target !== document.body)) return;
      event.preventDefault();
      action();
    });
  }
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  const minutes = Math.floor(whole / 60);
  return `${minutes}:${String(whole % 60).padStart(2, "0")}.${Math.floor((seconds - whole) * 10)}`;
}

function signed(value) {
  if (value === null) return "–";
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
