// Columns over time: binned on the server, drawn by uPlot; records are chosen by dragging.

import { getJSON } from "/static/lib/api.js";
import uPlot from "/static/vendor/uplot/uplot.js";
import { element, find } from "./text.js";

const FIRST_SHOWN = ["user/angle", "user/throttle"];
const MOST = 8;
const HEIGHT_PX = 220;

/** The plot; `onChoose` gets first and last position, `onLook` the one that was clicked. */
export class Plot {
  constructor({ onChoose, onLook }) {
    this._onChoose = onChoose;
    this._onLook = onLook;
    this._runs = [];
    this._dead = [];
    this._at = 0;
    this._asked = 0;
    find("zoom").addEventListener("click", () => {
      const { first, last } = this._outline();
      this.show(first, last);
    });
    find("whole").addEventListener("click", () => this.show(0, this._records - 1));
    new ResizeObserver(() => this._resize()).observe(find("plot"));
  }

  open(tub) {
    this._tub = tub.tub;
    this._records = tub.records;
    this._dead = tub.dead;
    this._runs = [];
    const wanted = FIRST_SHOWN.filter((name) => tub.numbers.includes(name));
    this._shown = wanted.length ? wanted : tub.numbers.slice(0, 2);
    this._legend(tub.numbers);
    this._range = [0, Math.max(0, tub.records - 1)];
    this._load();
  }

  /** Take note that the tub has more records. */
  grow(tub) {
    const wasWhole = this._range[1] === this._records - 1;
    this._records = tub.records;
    this._dead = tub.dead;
    if (wasWhole) this.show(this._range[0], tub.records - 1);
  }

  /** Show the records between two positions. */
  show(first, last) {
    this._range = [Math.max(0, first), Math.min(this._records - 1, Math.max(last, first + 10))];
    this._load();
  }

  mark(position) {
    this._at = position;
    this._place();
  }

  /** Move the line of the present record; the plot itself is not drawn anew. */
  _place() {
    if (!this._chart) return;
    const left = this._chart.valToPos(this._at, "x");
    this._line.hidden = this._at < this._range[0] || this._at > this._range[1];
    this._line.style.transform = `translateX(${left}px)`;
  }

  choose(runs) {
    this._runs = runs;
    find("zoom").disabled = !runs.length;
    this._chart?.redraw(false);
  }

  dead(runs) {
    this._dead = runs;
    this._chart?.redraw(false);
  }

  _outline() {
    const first = this._runs[0]?.[0] ?? 0;
    return { first, last: this._runs.at(-1)?.[1] ?? this._records - 1 };
  }

  _legend(names) {
    const chips = names.map((name) => {
      const chip = element("button", "chip", name);
      chip.type = "button";
      chip.addEventListener("click", () => {
        const isShown = this._shown.includes(name);
        this._shown = isShown ? this._shown.filter((one) => one !== name) : [...this._shown, name].slice(-MOST);
        this._colours();
        this._load();
      });
      return chip;
    });
    find("legend").replaceChildren(...chips);
    this._colours();
  }

  _colours() {
    for (const chip of find("legend").children) {
      const place = this._shown.indexOf(chip.textContent);
      chip.setAttribute("aria-pressed", String(place >= 0));
      chip.dataset.colour = place < 0 ? "" : String(place % MOST);
    }
  }

  async _load() {
    find("whole").disabled = this._range[0] === 0 && this._range[1] >= this._records - 1;
    this._asked += 1;
    const asked = this._asked;
    const [first, last] = this._range;
    const bins = Math.max(100, Math.min(2000, find("plot").clientWidth));
    const args = { tub: this._tub, columns: this._shown, first, last, bins };
    if (!this._shown.length || !this._records) {
      this._draw([[]], []);
      return;
    }
    const told = await getJSON("/data/plot", args).catch(() => null);
    if (!told || asked !== this._asked) return;
    const columns = told.columns.flatMap(({ low, high }) => [low, high]);
    this._draw([told.positions, ...columns], told.columns.map(({ name }) => name));
  }

  _draw(data, names) {
    const style = getComputedStyle(document.documentElement);
    const text = style.getPropertyValue("--quiet").trim();
    const grid = { stroke: style.getPropertyValue("--raised").trim(), width: 1 };
    const series = names.flatMap((name, place) => {
      const stroke = style.getPropertyValue(`--plot-${place % MOST}`).trim();
      const one = { label: name, stroke, width: 1.5, points: { show: false }, spanGaps: false };
      return [one, { ...one }];
    });
    const bands = names.map((_, place) => ({
      series: [2 * place + 2, 2 * place + 1],
      fill: `color-mix(in srgb, ${style.getPropertyValue(`--plot-${place % MOST}`).trim()} 45%, transparent)`,
    }));
    const axis = { stroke: text, grid, ticks: grid, font: "12px system-ui" };
    const options = {
      width: find("plot").clientWidth, height: HEIGHT_PX, series: [{}, ...series], bands,
      scales: { x: { time: false, range: () => this._range } },
      axes: [{ ...axis, size: 28 }, { ...axis, size: 44 }],
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
      hooks: { setSelect: [(chart) => this._selected(chart)], draw: [(chart) => this._paint(chart, style)] },
    };
    this._chart?.destroy();
    this._chart = new uPlot(options, data, find("plot"));
    this._line = element("div", "at");
    this._chart.over.append(this._line);
    this._place();
    find("plot").dataset.loaded = this._asked;
    this._chart.over.addEventListener("click", (event) => this._clicked(event));
  }

  _selected(chart) {
    const { left, width } = chart.select;
    if (width < 3) return;
    this._dragged = true;
    const first = Math.round(chart.posToVal(left, "x"));
    const last = Math.round(chart.posToVal(left + width, "x"));
    chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this._onChoose(Math.max(0, first), Math.min(this._records - 1, last));
  }

  _clicked(event) {
    if (this._dragged) {
      this._dragged = false;
      return;
    }
    const left = event.clientX - this._chart.over.getBoundingClientRect().left;
    this._onLook(Math.round(this._chart.posToVal(left, "x")));
  }

  /** Deleted and chosen records as bands. */
  _paint(chart, style) {
    const { ctx: context, bbox } = chart;
    context.save();
    const place = (position) => Math.max(bbox.left, Math.min(bbox.left + bbox.width, chart.valToPos(position, "x", true)));
    const band = ([first, last], height) => {
      const left = place(first);
      context.fillRect(left, bbox.top, Math.max(2, place(last + 1) - left), height);
    };
    const within = ([first, last]) => last >= this._range[0] && first <= this._range[1];
    context.globalAlpha = 0.4;
    context.fillStyle = style.getPropertyValue("--line");
    for (const run of this._dead.filter(within)) band(run, bbox.height);
    context.globalAlpha = 0.28;
    context.fillStyle = style.getPropertyValue("--accent");
    for (const run of this._runs.filter(within)) band(run, bbox.height);
    context.restore();
  }

  _resize() {
    const width = find("plot").clientWidth;
    if (this._chart && width && width !== this._chart.width) {
      this._chart.setSize({ width, height: HEIGHT_PX });
      this._place();
    }
  }
}
