// The camera picture: newest frame on a canvas, with its age; a plain <img> where that fails.

const RETRY_MS = 500;
const STALE_S = 0.5;
const TOO_MANY_VIEWERS = 4503;
const ATTEMPTS_BEFORE_IMG = 3;

/**
 * Draws frames of `/wsVideo` into `canvas`; after three failures while there is a link to the car
 * shows `/video` in `fallback`. When that fails as well, it begins anew.
 */
export class FrameCanvas {
  /**
   * `clockOffsetS()` is this page's clock minus the car's, in seconds, or undefined; `isLinked()`
   * whether there is a link to the car.
   */
  constructor({ canvas, fallback, clockOffsetS, isLinked }) {
    /** Why there is no place to watch, or "". */
    this.full = "";
    this._canvas = canvas;
    this._context = canvas.getContext("2d");
    this._fallback = fallback;
    this._clockOffsetS = clockOffsetS;
    this._isLinked = isLinked;
    this._exposedS = undefined;
    this._atFirst = typeof createImageBitmap === "function" ? 0 : ATTEMPTS_BEFORE_IMG;
    this._failures = this._atFirst;
    fallback.addEventListener("error", () => this._beginAnew());
    document.addEventListener("visibilitychange", () => this._follow());
    this._follow();
  }

  /** "waiting" before the first frame, "stale" when the newest is older than 500 ms, else "live". */
  get condition() {
    if (!this._fallback.hidden) return this._fallback.naturalWidth > 0 ? "live" : "waiting";
    if (this._exposedS === undefined) return "waiting";
    return this.ageS > STALE_S ? "stale" : "live";
  }

  /** Seconds since the newest frame was exposed, or undefined before the first one. */
  get ageS() {
    const offsetS = this._clockOffsetS();
    if (this._exposedS === undefined || offsetS === undefined) return undefined;
    return Math.max(0, performance.now() / 1000 - offsetS - this._exposedS);
  }

  _beginAnew() {
    this._failures = this._atFirst;
    this._fallback.hidden = true;
    this._fallback.removeAttribute("src");
    clearTimeout(this._retry);
    this._retry = setTimeout(() => this._follow(), RETRY_MS);
  }

  /** A stream that was cut off tells nobody: it is asked for again when the link is back. */
  _watch(wasCut) {
    if (wasCut && this._isLinked()) this._beginAnew();
    else this._retry = setTimeout(() => this._watch(wasCut || !this._isLinked()), RETRY_MS);
  }

  _follow() {
    clearTimeout(this._retry);
    this._socket?.close();
    this._socket = undefined;
    if (document.hidden) {
      this._fallback.removeAttribute("src");
    } else if (this._failures >= ATTEMPTS_BEFORE_IMG) {
      this._fallback.hidden = false;
      this._canvas.hidden = true;
      this._fallback.src = "/video";
      this._watch(false);
    } else {
      this._canvas.hidden = false;
      this._open();
    }
  }

  _open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/wsVideo`);
    let opened = false;
    this._newestS = -Infinity;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => (opened = true);
    socket.onmessage = ({ data }) => this._paint(socket, data);
    socket.onclose = ({ code, reason }) => {
      if (socket !== this._socket) return;
      this.full = code === TOO_MANY_VIEWERS ? reason : "";
      if (!opened && this._isLinked()) this._failures += 1;
      this._retry = setTimeout(() => this._follow(), RETRY_MS);
    };
    this._socket = socket;
  }

  async _paint(socket, message) {
    const exposedS = new DataView(message).getFloat64(0);
    const jpeg = new Blob([new Uint8Array(message, 8)], { type: "image/jpeg" });
    const frame = await createImageBitmap(jpeg).catch(() => undefined);
    // Decoders work side by side, so a frame can come out after a newer one.
    if (frame && socket === this._socket && exposedS > this._newestS) this._show(frame, exposedS);
    frame?.close();
    if (socket.readyState === WebSocket.OPEN) socket.send("ack");
  }

  _show(frame, exposedS) {
    if (this._canvas.width !== frame.width || this._canvas.height !== frame.height) {
      this._canvas.width = frame.width;
      this._canvas.height = frame.height;
    }
    this._context.drawImage(frame, 0, 0);
    this.full = "";
    this._failures = 0;
    this._newestS = exposedS;
    this._exposedS = exposedS;
  }
}
