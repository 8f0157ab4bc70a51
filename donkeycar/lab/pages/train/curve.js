// The curves of a training: loss on training and validation records, one point an epoch.

import uPlot from "/static/vendor/uplot/uplot.js";

const HEIGHT_PX = 240;

export class Curve {
  constructor(place) {
    this._place = place;
    this._rows = "";
    new ResizeObserver(() => this._resize()).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this._draw());
  }

  /** Show the losses of finished epochs; draws only what is new. */
  show({ loss, val_loss }) {
    const rows = JSON.stringify([loss, val_loss]);
    if (rows === this._rows) return;
    this._rows = rows;
    this._data = [loss.map((_, epoch) => epoch + 1), loss, val_loss];
    this._place.dataset.epochs = loss.length;
    const last = loss.length ? `; the last one: ${loss.at(-1).toFixed(4)}, validation ${val_loss.at(-1).toFixed(4)}` : "";
    this._place.setAttribute("aria-label", `Loss of ${loss.length} epochs${last}`);
    this._draw();
  }

  _draw() {
    if (!this._data) return;
    const colour = (name) => getComputedStyle(this._place).getPropertyValue(name).trim();
    const line = (label, name) => ({ label, stroke: colour(name), width: 2, points: { show: true, size: 6, fill: colour(name) } });
    const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--raised") } };
    const count = this._data[0].length;
    this._chart?.destroy();
    this._chart = new uPlot(
      {
        width: Math.max(200, this._place.clientWidth),
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, range: () => [0.5, Math.max(1, count) + 0.5] } },
        axes: [{ ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] }, { ...axis, size: 64 }],
        series: [{}, line("Training", "--accent"), line("Validation", "--text")],
      },
      this._data,
      this._place,
    );
  }

  _resize() {
    this._chart?.setSize({ width: Math.max(200, this._place.clientWidth), height: HEIGHT_PX });
  }
}
