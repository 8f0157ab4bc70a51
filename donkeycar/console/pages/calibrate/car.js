// The car from above: its wheels follow the pulses that go out.

const FARTHEST_DEG = 28;
const DASH = 6;
// How far the treads move in a second at full throttle.
const TREADS_PER_S = 120;
const LONGEST_ARROW = 34;

/** Draws into an <svg> with wheels and an arrow. */
export class CarDrawing {
  constructor(svg) {
    this._svg = svg;
    this._wheels = [...svg.querySelectorAll(".wheel")];
    this._treads = [...svg.querySelectorAll(".tread")];
    this._arrow = svg.querySelector(".arrow");
    this._throttle = 0;
    this._rolled = 0;
    this._still = matchMedia("(prefers-reduced-motion: reduce)");
    this.show(null, null);
  }

  /** `steering` and `throttle` are -1 to +1 of the widest pulses; `null` is no pulse. */
  show(steering, throttle) {
    this._svg.dataset.pulses = String(steering !== null);
    for (const wheel of this._wheels) {
      const turn = wheel.dataset.wheel === "front" ? FARTHEST_DEG * (steering ?? 0) : 0;
      wheel.setAttribute("transform", `translate(${wheel.dataset.x} ${wheel.dataset.y}) rotate(${turn.toFixed(1)})`);
    }
    this._svg.dataset.steering = steering === null ? "" : steering.toFixed(2);
    const rolls = this._throttle !== 0;
    this._throttle = Math.abs(throttle ?? 0) < 0.01 ? 0 : throttle;
    this._arrow.setAttribute("d", arrow(this._throttle));
    if (this._throttle !== 0 && !rolls) this._roll(performance.now());
  }

  _roll(beforeMs) {
    if (this._throttle === 0 || this._still.matches) return;
    requestAnimationFrame((nowMs) => {
      this._rolled = (this._rolled + ((nowMs - beforeMs) / 1000) * TREADS_PER_S * this._throttle) % DASH;
      for (const tread of this._treads) tread.setAttribute("stroke-dashoffset", this._rolled.toFixed(1));
      this._roll(nowMs);
    });
  }
}

/** -1 to +1 for a pulse, as `[low, centre, high]` says; `null` without a pulse. */
export function share(us, range) {
  if (us === null || us === undefined || !range) return null;
  const [low, centre, high] = range;
  const up = (us - centre) / (high - centre || 1);
  const down = (us - centre) / (centre - low || 1);
  return Math.max(-1, Math.min(1, up >= 0 && high !== centre ? up : down));
}

function arrow(throttle) {
  if (throttle === 0) return "";
  const length = LONGEST_ARROW * Math.max(Math.abs(throttle), 0.25);
  const way = Math.sign(throttle);
  const [from, to] = [88 + (way * length) / 2, 88 - (way * length) / 2];
  return `M60 ${from} V${to} m-7 ${way * 7} l7 ${way * -7} l7 ${way * 7}`;
}
