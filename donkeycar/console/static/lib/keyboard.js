// Arrows or WASD drive, other keys do things; text typed into a field does neither.

const AXES = {
  ArrowLeft: "left",
  KeyA: "left",
  ArrowRight: "right",
  KeyD: "right",
  ArrowUp: "forward",
  KeyW: "forward",
  ArrowDown: "back",
  KeyS: "back",
};
// From straight to full lock in 0.25 s, to full throttle in 0.5 s: a key is not a stick.
const STEERING_PER_S = 4;
const THROTTLE_PER_S = 2;

/** Held driving keys as an angle and a throttle that grow while held; letting go is zero at once. */
export class Keyboard {
  constructor({ commands, onMove = () => {} }) {
    this._down = new Set();
    this._commands = commands;
    this._onMove = onMove;
    this._angle = 0;
    this._throttle = 0;
    this._lastS = 0;
    addEventListener("keydown", (event) => this._press(event));
    addEventListener("keyup", (event) => this._lift(event));
    addEventListener("blur", () => this.release());
  }

  get held() {
    return this._down.size > 0;
  }

  release() {
    this._down.clear();
    this._angle = 0;
    this._throttle = 0;
    this._onMove();
  }

  /** The order of this moment. Call it at the rate of the heartbeat. */
  read() {
    const nowS = performance.now() / 1000;
    const stepS = Math.min(0.1, nowS - this._lastS);
    this._lastS = nowS;
    const held = (name) => (this._down.has(name) ? 1 : 0);
    this._angle = approach(this._angle, held("right") - held("left"), STEERING_PER_S * stepS);
    this._throttle = approach(this._throttle, held("forward") - held("back"), THROTTLE_PER_S * stepS);
    return { angle: this._angle, throttle: this._throttle };
  }

  _press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const axis = AXES[event.code];
    if (axis) {
      event.preventDefault();
      // A key that repeats was held before: since the page appeared, or since it was released for it.
      if (event.repeat) return;
      if (!this.held) this._lastS = performance.now() / 1000;
      this._down.add(axis);
      this._onMove();
      return;
    }
    const command = this._commands[event.shiftKey ? `Shift+${event.code}` : event.code] ?? this._commands[event.key];
    if (command && !event.repeat) {
      event.preventDefault();
      command();
    }
  }

  _lift(event) {
    // A space that stopped the car must not press the button in focus as well.
    if (event.code === "Space") event.preventDefault();
    if (this._down.delete(AXES[event.code])) this._onMove();
  }
}

function approach(value, target, step) {
  if (target === 0 || value * target < 0) value = 0;
  return value < target ? Math.min(target, value + step) : Math.max(target, value - step);
}

/** Text goes to its field and Enter presses the button in focus; a space stops the car even there. */
function isTyping({ target, code }) {
  if (target.matches?.("input:not([type=range]), select, textarea")) return true;
  return code === "Enter" && target.matches?.("button");
}
