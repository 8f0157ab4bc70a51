// The first gamepad of the browser: left stick steers, right stick or triggers drive.

const DEAD_ZONE = 0.08;
const LEFT_TRIGGER = 6;
const RIGHT_TRIGGER = 7;

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

/** Angle and throttle of a gamepad with the standard layout, or undefined without one. */
export function readGamepad() {
  const pad = connectedGamepad();
  if (!pad) return undefined;
  const triggers = pad.mapping === "standard"
    ? (pad.buttons[RIGHT_TRIGGER]?.value ?? 0) - (pad.buttons[LEFT_TRIGGER]?.value ?? 0)
    : 0;
  const stick = -outsideDeadZone(pad.axes[3] ?? pad.axes[1]);
  return {
    angle: outsideDeadZone(pad.axes[0]),
    throttle: Math.abs(triggers) > Math.abs(stick) ? triggers : stick,
    pressed: pad.buttons.map((button) => button.pressed),
  };
}

function outsideDeadZone(value) {
  const size = Math.abs(value);
  return size < DEAD_ZONE ? 0 : (Math.sign(value) * (size - DEAD_ZONE)) / (1 - DEAD_ZONE);
}
