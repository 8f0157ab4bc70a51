// The histogram of one column, without deleted records.

import { getJSON } from "/static/lib/api.js";
import uPlot from "/static/vendor/uplot/uplot.js";
import { element, find } from "./text.js";

const HEIGHT_PX = 180;

/** Shows the histogram of the column that is chosen, while its place is open. */
export class Histogram {
  constructor() {
    find("column").addEventListener("change", () => this.draw());
    find("distribution").addEventListener("toggle", () => this.draw());
  }

  open(tub) {
    this._tub = tub.tub;
    const options = tub.numbers.map((name) => element("option", "", name));
    find("column").replaceChildren(...options);
    this.draw();
  }

  async draw() {
    const column = find("column").value;
    if (!find("distribution").open || !column) return;
    const tub = this._tub;
    const told = await getJSON("/data/histogram", { tub, column }).catch(() => null);
    if (!told || tub !== this._tub || column !== find("column").value) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const grid = { stroke: colour("--raised"), width: 1 };
    const axis = { stroke: colour("--quiet"), grid, ticks: grid, font: "12px system-ui" };
    const middles = told.counts.map((_, place) => (told.edges[place] + told.edges[place + 1]) / 2);
    this._chart?.destroy();
    this._chart = new uPlot({
      width: find("histogram").clientWidth, height: HEIGHT_PX,
      series: [{}, {
        label: column, stroke: colour("--accent"), fill: colour("--accent"),
        paths: uPlot.paths.bars({ size: [0.9, 60] }), points: { show: false },
      }],
      scales: { x: { time: false }, y: { range: (chart, low, high) => [0, Math.max(1, high * 1.05)] } },
      axes: [{ ...axis, size: 28 }, { ...axis, size: 64, values: (chart, ticks) => ticks.map((one) => one.toLocaleString("en")) }],
      legend: { show: false }, cursor: { show: false },
    }, [middles, told.counts], find("histogram"));
    find("histogram").dataset.column = column;
  }
}
