// A control that gives throttle: what it says counts once it was seen at rest.
//
// The rules and numbers are those of donkeycar/parts/controller/rest.py, which says why.

export const LOW = -1;
export const CENTRE = 0;
const NEAR_CENTRE = 0.15;
const NEAR_END = 0.06;
const STILL = 0.012;
const CALM_S = 0.5;
const DOUBT_S = 1.5;
const WORN_S = 1.5;

/** How far `position` is from `rest`, as a share of the control's way. */
function away(position, rest) {
  return Math.abs(position - rest) / (rest === CENTRE ? 1 : 2);
}

function isNear(position, rest) {
  return away(position, rest) <= (rest === CENTRE ? NEAR_CENTRE : NEAR_END);
}

function endAt(position) {
  return [-1, 1].find((end) => isNear(position, end)) ?? CENTRE;
}

/** One axis of a gamepad, -1 to +1: where it rests, and whether it was seen there. */
export class Control {
  constructor(position, { expected, dead }, nowS) {
    this.rest = expected;
    this.rested = isNear(position, expected);
    this._dead = dead;
    this._firstEnd = this.rested ? CENTRE : endAt(position);
    this._crossed = false;
    this._settleAt(position, nowS);
    this._position = position;
    if (this.rested) this._widen();
  }

  /** Take where it is now. Call it often: lying still is seen by looking. */
  take(position, nowS) {
    if (Math.abs(position - this._stillAt) > STILL) this._settleAt(position, nowS);
    if (this._firstEnd && endAt(position) === -this._firstEnd) this._crossed = true;
    this._position = position;
    const stillS = nowS - this._stillSinceS;
    if (!this.rested) this._judge(stillS);
    else if (stillS >= WORN_S && isNear(this._stillAt, this.rest)) this._widen();
  }

  /** What was taken for rest was none: it has to be seen anew. */
  distrust(position, nowS) {
    this.rested = false;
    this._firstEnd = endAt(position);
    this._settleAt(position, nowS);
  }

  /** How far it is pushed: -1 to +1 from the centre, 0 to 1 from an end; 0 until it counts. */
  get push() {
    if (!this.rested) return 0;
    const way = (this._position - this.rest) / (this.rest === CENTRE ? 1 : 2);
    const beyond = Math.abs(way) - this._dead;
    return beyond <= 0 ? 0 : (Math.sign(way) * beyond) / (1 - this._dead);
  }

  _settleAt(position, nowS) {
    this._stillAt = position;
    this._stillSinceS = nowS;
  }

  _judge(stillS) {
    if (stillS < (this._firstEnd ? DOUBT_S : CALM_S)) return;
    if (isNear(this._stillAt, this.rest)) this.rested = true;
    else if (this._crossed && endAt(this._stillAt) === this._firstEnd) {
      this.rest = this._firstEnd;
      this.rested = true;
    }
    if (this.rested) this._widen();
  }

  _widen() {
    const lies = away(this._stillAt, this.rest);
    if (lies > this._dead) this._dead = lies + STILL;
  }
}
