// The view from behind one car: a picture of the track, with the car and the trails drawn into it.

import { address } from "/static/lib/api.js";
import { isJump } from "./path.js";

// Outline of the car on the ground, in metres from its centre of gravity.
const CAR = [[0.16, 0.09], [0.16, -0.09], [-0.16, -0.09], [-0.16, 0.09]];
const AHEAD_M = 6;

export class Behind {
  constructor(canvas) {
    this._canvas = canvas;
    this._pen = canvas.getContext("2d");
    this._busy = false;
  }

  /** The camera as `places` describes it. */
  set camera(camera) {
    this._camera = camera;
    this._focal = camera.height_px / 2 / Math.tan((camera.vfov_deg * Math.PI) / 360);
    this._pitch = (camera.pitch_deg * Math.PI) / 180;
  }

  clear() {
    this._pen.clearRect(0, 0, this._canvas.width, this._canvas.height);
  }

  /** Show `followed` at a time; while a picture is on its way, only the newest wish is kept. */
  async show(followed, paths, time) {
    this._wish = { followed, paths, time };
    if (this._busy) return;
    this._busy = true;
    try {
      while (this._wish) {
        const wish = this._wish;
        this._wish = null;
        await this._draw(wish);
      }
    } finally {
      this._busy = false;
    }
  }

  async _draw({ followed, paths, time }) {
    const { x, y, yaw } = followed.at(time);
    const picture = new Image();
    const place = { name: followed.track, x: x.toFixed(3), y: y.toFixed(3), yaw: yaw.toFixed(4) };
    picture.src = address("/simulator/behind", place);
    try {
      await picture.decode();
    } catch {
      return; // the next one may come
    }
    this._pen.drawImage(picture, 0, 0);
    const pose = { x, y, yaw };
    for (const path of paths) this._trail(path, pose);
    this._car(followed.colour);
  }

  _trail(path, pose) {
    const pen = this._pen;
    pen.strokeStyle = path.colour;
    pen.lineWidth = 2;
    pen.beginPath();
    let before = null;
    for (const row of path.rows) {
      const pixel = this._pixel(...inCar(row, pose));
      if (pixel && before && !isJump(row, before)) pen.lineTo(...pixel);
      else if (pixel) pen.moveTo(...pixel);
      before = pixel ? row : null;
    }
    pen.stroke();
  }

  _car(colour) {
    const pen = this._pen;
    pen.beginPath();
    CAR.forEach(([ahead, left], at) => {
      const pixel = this._pixel(ahead, left);
      if (at === 0) pen.moveTo(...pixel);
      else pen.lineTo(...pixel);
    });
    pen.closePath();
    pen.fillStyle = colour;
    pen.strokeStyle = "#0a0e13";
    pen.lineWidth = 2;
    pen.fill();
    pen.stroke();
  }

  /** The pixel of a point on the ground; null if the camera does not see it. */
  _pixel(ahead, left) {
    const { forward_m: forward, height_m: height } = this._camera;
    const away = ahead - forward;
    const depth = away * Math.cos(this._pitch) + height * Math.sin(this._pitch);
    if (depth < 0.2 || away > AHEAD_M) return null;
    const down = height * Math.cos(this._pitch) - away * Math.sin(this._pitch);
    const scale = this._focal / depth;
    return [this._canvas.width / 2 - left * scale, this._canvas.height / 2 + down * scale];
  }
}

function inCar({ x, y }, pose) {
  const [dx, dy] = [x - pose.x, y - pose.y];
  const [cos, sin] = [Math.cos(pose.yaw), Math.sin(pose.yaw)];
  return [dx * cos + dy * sin, dy * cos - dx * sin];
}
