// The first gamepad of the browser: left stick steers, right stick or triggers drive.

import { CENTRE, Control, LOW } from "./rest.js";

const DEAD_ZONE = 0.08;
const TRIGGER_DEAD_ZONE = 0.03;
const LEFT_TRIGGER = 6;
const RIGHT_TRIGGER = 7;
// A browser that has not heard of an axis says 0. The first it hears then is no push from rest if it
// is farther off than a hand gets between two looks. Of standard gamepads it always has heard.
const STEP = 0.5;

/** Why the browser offers no gamepad, in one sentence; "" when it does. */
export function gamepadObstacle() {
  if (!navigator.getGamepads) {
    return isSecureContext
      ? "This browser has no gamepad support."
      : "Gamepads need a secure address: open this page over https or on the car itself.";
  }
  return "";
}

/** The gamepad in use, or undefined: browsers show it only after one of its buttons was pressed. */
export function connectedGamepad() {
  if (gamepadObstacle()) return undefined;
  return [...navigator.getGamepads()].find((pad) => pad?.connected && pad.axes.length >= 2);
}

/** Reads that gamepad. Its throttle counts once it was seen at rest since the gamepad appeared. */
export class Gamepad {
  constructor() {
    this.forget();
    addEventListener("gamepaddisconnected", () => this.forget());
  }

  /** Trust nothing that was seen before. */
  forget() {
    this._name = undefined;
    this._controls = undefined;
    this._unheard = false;
  }

  /** Angle, throttle and buttons of this moment, or undefined without a gamepad. Call it often. */
  read() {
    const pad = connectedGamepad();
    if (!pad) {
      this.forget();
      return undefined;
    }
    const nowS = performance.now() / 1000;
    const now = positions(pad);
    const name = `${pad.index} ${pad.id}`;
    if (this._name !== name) this._meet(name, pad, now, nowS);
    this._hear(now.stick, nowS);
    for (const [which, control] of Object.entries(this._controls)) control.take(now[which], nowS);
    return {
      angle: outsideDeadZone(pad.axes[0]),
      throttle: this._throttle(),
      pressed: pad.buttons.map((button) => button.pressed),
    };
  }

  /** What to do so that its throttle counts, or "". */
  note() {
    const waits = Object.values(this._controls ?? {}).some((control) => !control.rested);
    return waits ? "Let go of the throttle for two seconds: the gamepad's throttle has not been seen at rest yet." : "";
  }

  _meet(name, pad, now, nowS) {
    this._name = name;
    const stick = { expected: CENTRE, dead: DEAD_ZONE };
    const trigger = { expected: LOW, dead: TRIGGER_DEAD_ZONE };
    this._controls = { stick: new Control(now.stick, stick, nowS) };
    this._unheard = pad.mapping !== "standard" && now.stick === 0;
    if (pad.mapping !== "standard") return;
    this._controls.left = new Control(now.left, trigger, nowS);
    this._controls.right = new Control(now.right, trigger, nowS);
  }

  _hear(stick, nowS) {
    if (!this._unheard || stick === 0) return;
    this._unheard = false;
    if (Math.abs(stick) > STEP) this._controls.stick.distrust(stick, nowS);
  }

  _throttle() {
    const { stick, left, right } = this._controls;
    const pulled = Math.abs(right?.push ?? 0) - Math.abs(left?.push ?? 0);
    // Up counts down; an axis that rests at an end is a trigger, and gives throttle forward.
    const pushed = stick.rest === CENTRE ? -stick.push : Math.abs(stick.push);
    return (Math.abs(pulled) > Math.abs(pushed) ? pulled : pushed) || 0;
  }
}

/** Where the controls are that can give throttle, -1 to +1 each. */
function positions(pad) {
  const trigger = (index) => 2 * (pad.buttons[index]?.value ?? 0) - 1;
  return { stick: pad.axes[3] ?? pad.axes[1], left: trigger(LEFT_TRIGGER), right: trigger(RIGHT_TRIGGER) };
}

function outsideDeadZone(value) {
  const size = Math.abs(value);
  return size < DEAD_ZONE ? 0 : (Math.sign(value) * (size - DEAD_ZONE)) / (1 - DEAD_ZONE);
}
