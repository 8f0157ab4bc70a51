// The train page: choose recordings and settings, start, and watch the newest training.

import { getJSON, postJSON } from "/static/lib/api.js";
import { copyLine } from "/static/lib/copy_line.js";
import { failure } from "/static/lib/failure.js";
import { showPages } from "/static/lib/nav.js";
import { Curve } from "./curve.js";
import { showPilots } from "./pilots.js";
import { SettingsForm } from "./settings.js";

const LOOK_MS = 1000;
const STATES = {
  done: "Finished.",
  failed: "It failed: see its output.",
  stopped: "Stopped.",
  lost: "It was lost: the computer or its process was switched off.",
};

const find = (id) => document.getElementById(id);
const curve = new Curve(find("curve"));
const forms = [];
let shown = "";

showPages();
find("list-command").append(copyLine("The same list from a terminal", "donkey models"));
find("train").addEventListener("submit", start);
find("check").addEventListener("click", check);
find("tubs").addEventListener("change", enable);
find("stop").addEventListener("click", async () => {
  find("stop").disabled = true;
  find("state").textContent = "Ends, and keeps the best epoch…";
  await postJSON("/train/stop", { id: find("training").dataset.job }).catch(() => (find("stop").disabled = false));
});
load();
watch();

async function load() {
  const [choices, { tubs }] = await Promise.all([getJSON("/train/choices"), getJSON("/data/tubs")]);
  for (const name of choices.types) find("type").add(new Option(name, name, false, name === choices.type));
  forms.push(new SettingsForm(find("first"), choices.first), new SettingsForm(find("rest"), choices.rest));
  find("tubs").replaceChildren(...tubs.map(tubLine));
  find("no-tub").hidden = tubs.length > 0;
  enable();
}

function tubLine(tub) {
  const label = document.createElement("label");
  label.className = "tub";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.value = tub.name;
  const count = document.createElement("span");
  count.className = "quiet";
  const left = tub.records - tub.deleted;
  count.textContent = left === 1 ? "1 record" : `${left.toLocaleString("en")} records`;
  label.append(box, tub.name, count);
  return label;
}

function chosen() {
  return [...find("tubs").querySelectorAll("input:checked")].map((box) => box.value);
}

function enable() {
  find("start").disabled = find("check").disabled = !chosen().length;
}

async function start(event) {
  event.preventDefault();
  find("start").disabled = true;
  problem("");
  const settings = Object.assign({}, ...forms.map((form) => form.changed()));
  const body = { tubs: chosen(), type: find("type").value, settings, comment: find("comment").value.trim() };
  try {
    await postJSON("/train/start", body, { quiet: true });
  } catch (error) {
    problem(failure(error));
  }
  enable();
}

async function check() {
  find("check").disabled = true;
  find("report").hidden = false;
  find("report").textContent = "Looks at every record…";
  try {
    const { id } = await postJSON("/train/report", { tubs: chosen() });
    for (;;) {
      const job = await getJSON("/train/job", { id });
      find("report").textContent = job.state === "running" ? "Looks at every record…" : job.output.trim();
      if (job.state !== "running") break;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  } catch (error) {
    find("report").textContent = failure(error);
  }
  enable();
}

function problem(text) {
  find("problem").textContent = text;
  find("problem").hidden = text === "";
}

/** Look at the newest training, for as long as the page is open. */
async function watch() {
  for (;;) {
    try {
      const [job] = await getJSON("/train/trainings", {}, { quiet: true });
      if (job) await show(job);
      else if (shown !== "none") {
        shown = "none";
        showPilots(await getJSON("/train/pilots"));
      }
    } catch {
      // The next look may find the worker again.
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function show(job) {
  const state = `${job.id} ${job.state}`;
  const isNew = find("training").dataset.job !== job.id;
  find("no-training").hidden = true;
  find("training").hidden = false;
  if (isNew) {
    find("training").dataset.job = job.id;
    find("title").textContent = job.title;
    find("stop").disabled = false;
    find("command").replaceChildren(copyLine("The same from a terminal", job.command));
  }
  const isRunning = job.state === "running";
  find("stop").hidden = !isRunning;
  const progress = job.progress ?? { epoch: 0, epochs: 0, seconds: 0, loss: [], val_loss: [] };
  find("share").value = progress.epochs ? progress.epoch / progress.epochs : 0;
  find("curve").hidden = find("legend").hidden = !progress.loss.length;
  if (progress.loss.length) curve.show(progress);
  find("time").textContent = isRunning ? timeLeft(progress) : "";
  if (isRunning && !find("stop").disabled) set("state", running(progress));
  if (!isRunning) set("state", STATES[job.state]);
  if (state === shown) return;
  showPilots(await getJSON("/train/pilots"));
  find("output").hidden = isRunning;
  if (!isRunning) {
    find("output").textContent = (await getJSON("/train/job", { id: job.id })).output.trim();
    find("output").scrollTop = find("output").scrollHeight;
  }
  shown = state;
}

function set(id, text) {
  if (find(id).textContent !== text) find(id).textContent = text;
}

function running({ epoch, epochs, loss, val_loss }) {
  if (!epochs) return "Reads the recordings…";
  if (loss.length === epochs) return "Tests and writes the pilot…";
  const best = loss.length ? `; lowest validation loss ${Math.min(...val_loss).toFixed(4)}` : "";
  return `Epoch ${Math.floor(epoch) + 1} of at most ${epochs}${best}.`;
}

function timeLeft({ epoch, epochs, seconds }) {
  if (!epoch || epoch >= epochs) return "";
  const left = (seconds / epoch) * (epochs - epoch);
  const words = left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} minutes`;
  return `At most ${words} left. It goes on when this page is closed.`;
}
