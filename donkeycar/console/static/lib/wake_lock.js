// Keeps the screen on while a pilot drives; where the browser cannot, says so before it goes dark.

// Phones turn the screen off 30 s after the last touch at the earliest.
const WARN_AFTER_MS = 20_000;

/** Holds the screen while `hold(true)`; `warning` is a sentence while it may go dark soon, or "". */
export class WakeLock {
  constructor({ warnAfterMs = WARN_AFTER_MS } = {}) {
    this._warnAfterMs = warnAfterMs;
    this._wanted = false;
    this._lock = undefined;
    this._asking = false;
    this._touchedMs = performance.now();
    // A touch turns the timer of the phone back, and ours.
    addEventListener("pointerdown", () => (this._touchedMs = performance.now()), true);
  }

  /** Call it again and again: a page that was hidden has lost its lock. */
  hold(wanted) {
    if (wanted && !this._wanted) this._touchedMs = performance.now();
    this._wanted = wanted;
    if (!wanted) this._release();
    else if (!this._lock && !this._asking && !document.hidden) this._ask();
  }

  get warning() {
    const isDue = performance.now() - this._touchedMs > this._warnAfterMs;
    if (!this._wanted || this._lock || !isDue) return "";
    return "The screen may turn off soon, and then the car stops. Tap anywhere to keep it on.";
  }

  async _ask() {
    if (!navigator.wakeLock) return; // only at a secure address
    this._asking = true;
    try {
      const lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => this._lock === lock && (this._lock = undefined));
      this._lock = lock;
      if (!this._wanted) this._release();
    } catch {
      // The battery is low, or the page is hidden: the warning stands in.
    } finally {
      this._asking = false;
    }
  }

  _release() {
    this._lock?.release().catch(() => {});
    this._lock = undefined;
  }
}
