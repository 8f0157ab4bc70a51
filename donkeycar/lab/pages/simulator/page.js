// The simulator page: starts drives as jobs, and shows those that have ended.

import { getJSON, postJSON } from "/static/lib/api.js";
import { copyLine } from "/static/lib/copy_line.js";
import { showPages } from "/static/lib/nav.js";
import { toast } from "/static/lib/toast.js";
import { Above } from "./above.js";
import { Behind } from "./behind.js";
import { Path } from "./path.js";
import { Player } from "./player.js";
import { RunLine } from "./runs.js";

// How often a drive in progress is looked at.
const LOOK_MS = 500;

const find = (id) => document.getElementById(id);

const above = new Above(find("above"));
const behind = new Behind(find("behind"));
const lines = new Map();
let numPaths = 0;
const player = new Player({
  play: find("play"), start: find("start"), speed: find("speed"), seek: find("seek"), time: find("time"),
  length: find("length"), onTime: draw,
});

showPages();
find("commands").append(
  copyLine("Let a pilot drive, and measure it", "donkey sim eval --model models/mypilot.keras --track oval --laps 3"),
  copyLine("Record the expert", "donkey sim record --tub data/expert --records 4000"),
  copyLine("Drive there yourself", "python manage.py drive --set CAMERA_TYPE=SIM --set DRIVE_TRAIN_TYPE=SIM"),
);
find("drive").addEventListener("submit", (event) => {
  event.preventDefault();
  const body = { pilot: find("pilot").value, track: find("track").value, laps: Number(find("laps").value), seed: Number(find("seed").value) };
  begin("/simulator/drive", body);
});
find("record").addEventListener("submit", (event) => {
  event.preventDefault();
  begin("/simulator/record", { tub: find("tub").value, track: find("track").value, records: Number(find("records").value) });
});
find("track").addEventListener("change", () => choose());
load();

async function load() {
  const told = await getJSON("/simulator/places");
  find("track").replaceChildren(...told.tracks.map(({ name, length_m: length }) => new Option(`${name}, ${length.toFixed(1)} m`, name)));
  find("pilot").replaceChildren(...told.pilots.map((name) => new Option(name, name)));
  find("no-pilot").hidden = told.pilots.length > 0;
  find("drive").querySelector("[type=submit]").disabled = told.pilots.length === 0;
  behind.camera = told.behind;
  await look({ first: true });
  await choose();
}

async function begin(address, body) {
  try {
    const { id } = await postJSON(address, body);
    toast("Started. It goes on when you close this page.");
    await look({ follow: id });
  } catch {
    // A toast has said it.
  }
}

/** Bring the list up to date, and look again while something runs. */
async function look({ first = false, follow = "" } = {}) {
  clearTimeout(look.timer);
  const jobs = await getJSON("/simulator/runs", {}, { quiet: !first });
  for (const job of [...jobs].reverse()) await showJob(job);
  find("no-runs").hidden = jobs.length > 0;
  look.follow = follow || look.follow;
  const ready = lines.get(look.follow) ?? (first ? [...lines.values()].reverse().find((line) => line.path) : null);
  if (ready?.path) {
    look.follow = "";
    ready.follow();
    await choose(ready.path.track);
    player.show(0);
  }
  if (jobs.some((job) => job.state === "running")) look.timer = setTimeout(() => look().catch(again), LOOK_MS);
}

function again() {
  look.timer = setTimeout(() => look().catch(again), 4 * LOOK_MS);
}

async function showJob(job) {
  let line = lines.get(job.id);
  if (!line) {
    line = new RunLine(job, () => choose());
    lines.set(job.id, line);
    find("runs").prepend(line.place);
  } else if (line.state === job.state) {
    return;
  }
  if (job.state === "running") return;
  const { job: whole, result } = await getJSON("/simulator/run", { id: job.id }, { quiet: true }).catch(() => ({ job, result: null }));
  line.update(whole, result, result ? new Path(job.id, result, numPaths++) : null);
}

/** Show the chosen track, with the drives there that are to be shown. */
async function choose(track = find("track").value) {
  find("track").value = track;
  await above.choose(track);
  player.end = Math.max(0, ...shownPaths().map((path) => path.length));
}

function shownPaths() {
  const track = find("track").value;
  return [...lines.values()].filter((line) => line.shown && line.path.track === track).map((line) => line.path);
}

function draw(time) {
  const paths = shownPaths();
  above.draw(paths, time);
  const followed = [...lines.values()].find((line) => line.followed)?.path;
  const isHere = followed && paths.includes(followed);
  find("behind-note").textContent = isHere ? `From behind: ${followed.at(time).speed.toFixed(2)} m/s` : "From behind: follow a drive of this track";
  if (isHere) behind.show(followed, paths, time);
  else behind.clear();
}
