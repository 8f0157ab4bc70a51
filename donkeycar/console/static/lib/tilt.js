// Steering by tilting the phone, where the browser lets a page feel it.

const FULL_LOCK_DEG = 35;
const DEAD_ZONE_DEG = 2;

/** Why the browser offers no tilt, in one sentence; "" when it may. */
export function tiltObstacle() {
  if (!isSecureContext) {
    return "Tilt needs a secure address: browsers give it to pages over https only.";
  }
  if (!("DeviceOrientationEvent" in window)) return "This browser does not report tilt.";
  if (!matchMedia("(pointer: coarse)").matches) return "This device has no tilt sensor.";
  return "";
}

/** Listens to the phone's orientation and turns it into a steering angle, -1 to +1. */
export class Tilt {
  constructor() {
    this.angle = undefined;
    this._listen = (event) => this._feel(event);
  }

  /** Ask for permission and listen. Must be called from a tap. Throws with the reason. */
  async start() {
    const obstacle = tiltObstacle();
    if (obstacle) throw new Error(obstacle);
    if (DeviceOrientationEvent.requestPermission) {
      const answer = await DeviceOrientationEvent.requestPermission();
      if (answer !== "granted") throw new Error("Tilt was not allowed: allow motion for this page.");
    }
    addEventListener("deviceorientation", this._listen);
  }

  stop() {
    removeEventListener("deviceorientation", this._listen);
    this.angle = undefined;
  }

  _feel({ beta, gamma }) {
    if (beta === null || gamma === null) return;
    // Steering is the turn around the axis out of the screen's middle, whichever way it is held.
    const turn = { 0: gamma, 90: beta, 180: -gamma, 270: -beta }[screen.orientation?.angle ?? 0] ?? gamma;
    const size = Math.max(0, Math.abs(turn) - DEAD_ZONE_DEG) / (FULL_LOCK_DEG - DEAD_ZONE_DEG);
    this.angle = Math.sign(turn) * Math.min(1, size);
  }
}
