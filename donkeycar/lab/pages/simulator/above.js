// The track from above: trails up to now in full, the rest of each faint, and the cars.

import { address, getJSON } from "/static/lib/api.js";
import { isJump } from "./path.js";

const CAR_M = 0.4;

export class Above {
  constructor(canvas) {
    this._canvas = canvas;
    this._pen = canvas.getContext("2d");
    this._views = new Map();
  }

  /** Load the picture of a track; it is then drawn under the trails. */
  async choose(track) {
    if (!this._views.has(track)) this._views.set(track, load(track));
    this._view = await this._views.get(track);
    this._canvas.width = this._view.width_px;
    this._canvas.height = this._view.height_px;
    this._canvas.style.aspectRatio = `${this._view.width_px} / ${this._view.height_px}`;
  }

  draw(paths, time) {
    if (!this._view) return;
    this._pen.drawImage(this._view.picture, 0, 0);
    for (const path of paths) {
      const now = path.index(time);
      this._trail(path, now, path.rows.length - 1, 0.35);
      this._trail(path, 0, now, 1);
    }
    for (const path of paths) this._car(path.at(time), path.colour);
  }

  _trail(path, from, to, alpha) {
    const pen = this._pen;
    pen.globalAlpha = alpha;
    pen.strokeStyle = path.colour;
    pen.lineWidth = Math.max(3, 0.05 * this._view.pixels_per_m);
    pen.lineJoin = "round";
    pen.beginPath();
    for (let at = from; at <= to; at++) {
      const [column, row] = this._pixel(path.rows[at]);
      if (at === from || isJump(path.rows[at], path.rows[at - 1])) pen.moveTo(column, row);
      else pen.lineTo(column, row);
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }

  _car({ x, y, yaw }, colour) {
    const pen = this._pen;
    const size = Math.max(14, CAR_M * this._view.pixels_per_m);
    pen.save();
    pen.translate(...this._pixel({ x, y }));
    pen.rotate(-yaw);
    pen.beginPath();
    pen.moveTo(size * 0.6, 0);
    pen.lineTo(-size * 0.5, size * 0.35);
    pen.lineTo(-size * 0.5, -size * 0.35);
    pen.closePath();
    pen.fillStyle = colour;
    pen.strokeStyle = "#0a0e13";
    pen.lineWidth = 3;
    pen.fill();
    pen.stroke();
    pen.restore();
  }

  _pixel({ x, y }) {
    const { pixels_per_m: scale, low, height_px: height } = this._view;
    return [(x - low[0]) * scale, height - (y - low[1]) * scale];
  }
}

async function load(track) {
  const view = await getJSON("/simulator/track", { name: track });
  const picture = new Image();
  picture.src = address("/simulator/above", { name: track });
  await picture.decode();
  return { ...view, picture };
}
