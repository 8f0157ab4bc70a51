// The player: the time that is shown, how it runs, and its controls.

const STEP_S = 0.05;

export class Player {
  /** `onTime(time)` is called for each time to show. */
  constructor({ play, start, speed, seek, time, length, onTime }) {
    Object.assign(this, { _play: play, _speed: speed, _seek: seek, _time: time, _length: length, _onTime: onTime });
    this._now = 0;
    this._end = 0;
    play.addEventListener("click", () => this.toggle());
    start.addEventListener("click", () => this.show(0));
    seek.addEventListener("input", () => this.show(Number(seek.value)));
    addEventListener("keydown", (event) => this._key(event));
  }

  get time() {
    return this._now;
  }

  /** Set the length of what is watched, in seconds. */
  set end(seconds) {
    this._end = seconds;
    this._seek.max = seconds;
    this._length.textContent = seconds.toFixed(1);
    this.show(Math.min(this._now, seconds));
  }

  show(time) {
    this._now = Math.max(0, Math.min(time, this._end));
    this._seek.value = this._now;
    this._time.textContent = this._now.toFixed(1);
    this._onTime(this._now);
  }

  toggle(playing = !this._last) {
    if (playing && this._now >= this._end) this.show(0);
    this._last = playing && this._end > 0 ? performance.now() : 0;
    this._play.textContent = this._last ? "Pause" : "Play";
    this._play.setAttribute("aria-pressed", String(Boolean(this._last)));
    if (this._last) requestAnimationFrame((now) => this._turn(now));
  }

  _turn(now) {
    if (!this._last) return;
    const passed = Math.max(0, now - this._last) / 1000;
    this._last = now;
    this.show(this._now + passed * Number(this._speed.value));
    if (this._now >= this._end) this.toggle(false);
    else requestAnimationFrame((later) => this._turn(later));
  }

  _key(event) {
    if (event.target.closest("input, select, button, textarea, a")) return;
    const does = {
      " ": () => this.toggle(),
      Home: () => this.show(0),
      ArrowLeft: () => this.show(this._now - STEP_S),
      ArrowRight: () => this.show(this._now + STEP_S),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }
}
