// What the driver wants: thumb, keys, gamepad or tilt, as one angle and one throttle.

import { connectedGamepad, Gamepad, gamepadObstacle } from "./gamepad.js";
import { Keyboard } from "./keyboard.js";
import { Stick } from "./stick.js";
import { Tilt, tiltObstacle } from "./tilt.js";

const STOP_BUTTON = 0;

/** The inputs of a drive page. Keys and thumbs always work; gamepad and tilt are chosen. */
export class Inputs {
  constructor({ pad, steerPad, throttlePad, commands, onRelease }) {
    const onMove = () => this._noticeRelease();
    this.choice = "touch";
    this.constant = false;
    this._onRelease = onRelease;
    this._sticks = [
      new Stick(pad, { onMove }),
      new Stick(steerPad, { axes: "x", onMove }),
      new Stick(throttlePad, { axes: "y", onMove }),
    ];
    this._keyboard = new Keyboard({ commands, onMove });
    this._tilt = new Tilt();
    this._gamepad = new Gamepad();
    this._pressed = undefined;
    this._wasHeld = false;
  }

  /** True while a thumb is down, a driving key pressed or the gamepad's throttle pushed. */
  get held() {
    return this._keyboard.held || this._sticks.some((stick) => stick.held) || this._padThrottle() !== 0;
  }

  /** Choose "touch", "gamepad" or "tilt". Throws with the reason if it cannot be. Call it from a tap. */
  async choose(name) {
    const obstacle = this.obstacle(name);
    if (obstacle) throw new Error(obstacle);
    if (name === "tilt") await this._tilt.start();
    else this._tilt.stop();
    this._gamepad.forget();
    this.choice = name;
  }

  /** Why `name` cannot be chosen here, in one sentence; "" if it can. */
  obstacle(name) {
    if (name === "gamepad") return gamepadObstacle();
    return name === "tilt" ? tiltObstacle() : "";
  }

  /** Why the chosen input gives no throttle though it is there, or "". */
  waits() {
    return this.choice === "gamepad" ? this._gamepad.note() : "";
  }

  /** What to do so that the chosen input works, or "". */
  note() {
    if (this.waits()) return this.waits();
    if (this.choice === "gamepad" && !connectedGamepad()) return "Press any button of the gamepad to wake it up.";
    if (this.choice === "gamepad") return "Left stick steers, right stick or triggers give throttle.";
    if (this.choice === "tilt") return "Tilt to steer; the thumb gives throttle.";
    return "A thumb on the screen, or the mouse. Keys always work too.";
  }

  /** The order of this moment, -1 to +1 each; the throttle is a part of `limit`. */
  read(limit) {
    const { angle, throttle } = this._raw();
    if (this.constant) return { angle, throttle: this._heldForThrottle() ? limit : 0 };
    return { angle, throttle: throttle * limit };
  }

  /** Forget whatever is held: it has to be let go and taken up again to drive. */
  release() {
    for (const stick of this._sticks) stick.release();
    this._keyboard.release();
  }

  /** Numbers of the gamepad buttons pressed since the last call. */
  newPresses() {
    const before = this._pressed;
    this._pressed = this.choice === "gamepad" ? this._gamepad.read()?.pressed : undefined;
    // What is held when the gamepad appears counts once it was let go and pressed anew; a stop at once.
    const isNew = (index) => (before ? !before[index] : index === STOP_BUTTON);
    return (this._pressed ?? []).flatMap((down, index) => (down && isNew(index) ? [index] : []));
  }

  _raw() {
    if (this._keyboard.held) return this._keyboard.read();
    const [both, steer, drive] = this._sticks;
    const thumb = { angle: both.x || steer.x, throttle: both.y || drive.y };
    if (this.choice === "gamepad") return this._gamepad.read() ?? thumb;
    if (this.choice === "tilt") return { angle: this._tilt.angle ?? thumb.angle, throttle: thumb.throttle };
    return thumb;
  }

  _heldForThrottle() {
    const [both, , drive] = this._sticks;
    return this._keyboard.held || both.held || drive.held || this._padThrottle() !== 0;
  }

  _padThrottle() {
    return (this.choice === "gamepad" && this._gamepad.read()?.throttle) || 0;
  }

  _noticeRelease() {
    const held = this.held;
    if (this._wasHeld && !held) this._onRelease();
    this._wasHeld = held;
  }
}
