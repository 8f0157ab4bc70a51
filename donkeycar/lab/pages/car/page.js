// The car page: stops with pictures, disk and versions, health, and copies from car to car.

import { address, getJSON, postJSON } from "/static/lib/api.js";
import { copyLine } from "/static/lib/copy_line.js";
import { showPages } from "/static/lib/nav.js";
import { JobView } from "./job.js";
import { stopItem } from "./stop.js";

const STOPS_AGAIN_MS = 5000;

const find = (id) => document.getElementById(id);
const place = (name) => document.querySelector(`[data-job="${name}"]`);
const checking = new JobView(place("check"));
const copying = new JobView(place("copy"), { onEnd: learnCars });

showPages();
find("check").addEventListener("click", () => begin(checking, { what: "check" }));
find("find").addEventListener("click", () => begin(copying, { what: "find" }));
find("pull").addEventListener("click", () => begin(copying, { what: "pull", car: other() }));
find("push").addEventListener("click", () => begin(copying, { what: "push", car: other(), pilot: find("pilot").value }));
find("hours").addEventListener("change", showStops);
load();

async function load() {
  const told = await getJSON("/car/about");
  find("name").textContent = told.name;
  find("folder").textContent = told.folder;
  const { free_bytes: free, total_bytes: total } = told.disk;
  find("disk").textContent = `${gigabytes(free)} of ${gigabytes(total)} are free.`;
  find("meter").value = free / total;
  find("versions").replaceChildren(...told.versions.flatMap(([name, version]) => [cell("dt", name), cell("dd", version)]));
  find("pilot").replaceChildren(...told.pilots.map((name) => new Option(name, name)));
  find("pushing").hidden = told.pilots.length === 0;
  find("health").hidden = find("why").hidden = !told.has_car;
  if (told.has_car) showStops();
}

async function begin(view, body) {
  try {
    view.follow(await postJSON("/car/start", body));
  } catch {
    // The toast has the sentence.
  }
}

function other() {
  return find("address").value.trim();
}

/** The cars that a search has printed become choices of the address. */
function learnCars({ words, output }) {
  if (words[0] !== "findcar") return;
  const hosts = [...output.matchAll(/https?:\/\/([^:/\s]+)/g)].map(([, host]) => host);
  find("found").replaceChildren(...[...new Set(hosts)].map((host) => new Option(host, host)));
  if (hosts.length && !other()) find("address").value = hosts[0];
}

async function showStops() {
  clearTimeout(showStops.timer);
  try {
    const { stops, command } = await getJSON("/car/stops", { hours: find("hours").value }, { quiet: true });
    const known = new Map([...find("stops").children].map((item) => [item.dataset.id, item]));
    const items = stops.map((stop) => stopItem(stop, known.get(stop.id), address("/car/picture", { id: stop.id })));
    find("stops").replaceChildren(...items);
    find("no-stops").hidden = items.length > 0;
    find("no-stops").textContent = `The car did not stop in ${find("hours").selectedOptions[0].text}.`;
    if (find("stops-command").dataset.command !== command) {
      find("stops-command").dataset.command = command;
      find("stops-command").replaceChildren(copyLine("The same in a terminal", command));
    }
  } catch (error) {
    find("no-stops").hidden = false;
    find("no-stops").textContent = error.message;
  }
  showStops.timer = setTimeout(showStops, STOPS_AGAIN_MS);
}

function cell(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function gigabytes(bytes) {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
