// The trajectory of a drive: where the car was at a time, and the trail that it left.

const COLUMNS = ["time", "x", "y", "yaw", "speed", "cte", "angle", "throttle"];

// Told apart on a grey track, by most people who do not see all colours, too.
const COLOURS = ["#ffd166", "#4cc9f0", "#f15bb5", "#80ed99", "#f8961e", "#c8b6ff"];

/** A drive that can be watched. `result` is what `donkey sim eval --json --trajectory` prints. */
export class Path {
  constructor(id, result, number) {
    const order = COLUMNS.map((name) => result.trajectory_columns.indexOf(name));
    this.id = id;
    this.track = result.track;
    this.colour = COLOURS[number % COLOURS.length];
    this.rows = result.trajectory.map((row) => Object.fromEntries(COLUMNS.map((name, at) => [name, row[order[at]]])));
  }

  /** Length in seconds. */
  get length() {
    return this.rows.at(-1)?.time ?? 0;
  }

  /** The row at a time: the last one that is not later. */
  at(time) {
    return this.rows[this.index(time)];
  }

  index(time) {
    let low = 0;
    let high = this.rows.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.rows[middle].time <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Whether the car was put back between two rows: no line is drawn there. */
export function isJump(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y) > 0.6;
}
