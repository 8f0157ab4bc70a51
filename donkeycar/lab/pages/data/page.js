// The data page: the list of tubs, and one of them opened.

import { address, getJSON } from "/static/lib/api.js";
import { copyLine } from "/static/lib/copy_line.js";
import { drawIcons } from "/static/lib/icons.js";
import { showPages } from "/static/lib/nav.js";
import { Choice } from "./choice.js";
import { Plot } from "./plot.js";
import { Histogram } from "./histogram.js";
import { Pilot } from "./pilot.js";
import { Player } from "./player.js";
import { Suspicions } from "./suspicions.js";
import { bytes, day, element, find, number, records } from "./text.js";

const REFRESH_MS = 3000;
const REMEMBER_MS = 300;

const player = new Player((position) => {
  plot.mark(position);
  remember();
});
const plot = new Plot({
  onChoose: (first, last) => choice.range(first, last),
  onLook: (position) => player.go(position),
});
const pilot = new Pilot(() => player.redraw());
player.pilot = pilot;
const histogram = new Histogram();
const choice = new Choice({
  at: () => player.position,
  look: (position) => player.go(position),
  onChosen: (runs) => plot.choose(runs),
  onChanged: changed,
});
const suspicions = new Suspicions((first, last) => {
  player.go(first);
  choice.range(first, last);
  plot.show(first - 100, last + 100);
});

let list = { tubs: [], is_car: false, folder: "" };
let tub = null;
let remembering = 0;

showPages();
drawIcons();
window.addEventListener("hashchange", follow);
start();
setInterval(refresh, REFRESH_MS);

async function start() {
  try {
    list = await getJSON("/data/tubs", {}, { quiet: true });
  } catch (error) {
    say(error.message);
    return;
  }
  if (!list.tubs.length) {
    say(list.is_car ? "No records yet: drive, and press Record." : `No tub in ${list.folder}: copy one here, or record one in the simulator.`);
    return;
  }
  showList();
  await follow();
}

function say(text) {
  find("empty").textContent = text;
  find("empty").hidden = false;
}

function showList() {
  const cards = list.tubs.map((one) => {
    const card = element("a", "tub-card");
    card.href = `#tub=${encodeURIComponent(one.name)}`;
    const picture = element("img");
    picture.alt = "";
    picture.loading = "lazy";
    picture.src = address("/data/thumbnail", { tub: one.name });
    picture.addEventListener("error", () => picture.removeAttribute("src"));
    const words = element("span", "words");
    const deleted = one.deleted ? ` · ${number(one.deleted)} deleted` : "";
    words.append(
      element("b", "", titled(one.name.split("/").at(-1))),
      element("span", "quiet", records(one.records) + deleted),
      element("span", "quiet", day(one.changed_s * 1000)),
    );
    if (one.recording) words.append(element("span", "recording", "A program records into it"));
    card.append(picture, words);
    card.dataset.tub = one.name;
    card.title = one.name;
    return card;
  });
  find("tubs").replaceChildren(...cards);
}

/** Open the tub of the address, else the one that changed last. */
async function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const newest = [...list.tubs].sort((a, b) => b.changed_s - a.changed_s)[0];
  const name = wanted.get("tub") ?? newest.name;
  const at = Number(wanted.get("at") ?? 0);
  if (tub?.tub === name) {
    if (at !== player.position) player.go(at);
    return;
  }
  await open(name, at);
}

function titled(name) {
  return name === "." ? "This folder" : name;
}

/** Put the place into the address; browsers refuse to do so hundreds of times. */
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(write, REMEMBER_MS);
}

function write() {
  if (tub) history.replaceState(null, "", `#tub=${encodeURIComponent(tub.tub)}&at=${player.position}`);
}

async function open(name, at) {
  clearTimeout(remembering);
  let opened;
  try {
    opened = await getJSON("/data/open", { tub: name }, { quiet: true });
  } catch (error) {
    say(error.message);
    return;
  }
  tub = opened;
  find("empty").hidden = true;
  find("tub").hidden = false;
  for (const card of document.querySelectorAll(".tub-card")) {
    if (card.dataset.tub === name) {
      card.setAttribute("aria-current", "true");
      find("tubs").scrollLeft = card.offsetLeft - find("tubs").offsetLeft - 12;
    } else card.removeAttribute("aria-current");
  }
  find("name").textContent = titled(name);
  find("columns").textContent = tub.columns.join(", ");
  pilot.open(tub);
  player.open(tub, Math.min(at, Math.max(0, tub.records - 1)));
  choice.open(tub);
  plot.open(tub);
  histogram.open(tub);
  showFacts();
  showSessions();
  showTerminal();
  suspicions.open(tub);
  showSize();
  showHealth();
}

function showFacts(size = find("facts").dataset.tub === tub.tub ? find("facts").dataset.size : "") {
  find("facts").dataset.tub = tub.tub;
  find("facts").dataset.size = size;
  const facts = [
    records(tub.records), `${number(tub.deleted)} deleted`,
    `${tub.sessions.length} ${tub.sessions.length === 1 ? "session" : "sessions"}`,
    `${Math.round(tub.rate_hz)} records a second`, size,
  ];
  find("facts").textContent = facts.filter(Boolean).join(" · ");
  const notice = tub.recording
    ? "A program records into this tub: you can look at it, and change it when the recording has ended."
    : tub.is_old ? "This tub is of format v1, which is only read. A copy in the new format can be changed: donkey tub convert." : "";
  find("notice").textContent = notice;
  find("notice").hidden = !notice;
}

async function showSize() {
  const name = tub.tub;
  const size = await getJSON("/data/size", { tub: name }, { quiet: true }).catch(() => null);
  if (size && tub.tub === name) showFacts(bytes(size.bytes));
}

async function showHealth() {
  const name = tub.tub;
  const summary = find("health").querySelector("summary");
  const lines = find("health").querySelector("ul");
  summary.textContent = "Health: checking …";
  lines.replaceChildren();
  let told;
  try {
    told = await getJSON("/data/health", { tub: name }, { quiet: true });
  } catch (error) {
    told = { error: error.message, faults: [], next_steps: [] };
  }
  if (tub.tub !== name) return;
  const damage = told.faults.filter((fault) => fault.is_damage);
  const remarks = told.faults.length - damage.length;
  summary.textContent = told.error ? "Health: not known"
    : damage.length ? `Health: damaged, ${damage.length} ${damage.length === 1 ? "fault" : "faults"}`
    : remarks ? `Health: whole, ${remarks} ${remarks === 1 ? "remark" : "remarks"}` : "Health: whole";
  find("health").dataset.state = told.error || damage.length ? "damaged" : "whole";
  const words = [told.error, ...told.faults.map((fault) => fault.what), ...told.next_steps.map((step) => `Next: ${step}`)];
  lines.replaceChildren(...words.filter(Boolean).map((word) => element("li", "", word)));
  if (!lines.children.length) lines.append(element("li", "", "Nothing is missing or damaged. Images are decoded only by the full check: donkey tub check."));
}

function showSessions() {
  const rows = tub.sessions.map((one) => {
    const row = element("tr");
    const name = element("td");
    const button = element("button", "plain", one.name || "(without a name)");
    button.type = "button";
    button.addEventListener("click", () => {
      player.go(one.first);
      choice.range(one.first, one.last);
      plot.show(one.first, one.last);
    });
    name.append(button);
    row.append(name, element("td", "", one.begin_ms ? day(one.begin_ms) : "–"), element("td", "", number(one.records)), element("td", "", number(one.deleted)));
    return row;
  });
  find("sessions").replaceChildren(...rows);
}

function showTerminal() {
  const lines = [
    ["Everything that is wrong with it", `donkey tub check ${tub.path}`],
    ["What is worth a look", `donkey tub suggest ${tub.path} --pictures`],
    ["Records, sessions, columns, sizes", `donkey tub info ${tub.path}`],
  ];
  find("terminal").replaceChildren(find("terminal").querySelector("h2"), ...lines.map(([what, command]) => copyLine(what, command)));
}

/** After an edit: the server has said how many are deleted now. */
async function changed(told) {
  tub.deleted = told.deleted;
  tub.dead = told.dead;
  tub.tags = told.tags;
  player.changed();
  plot.dead(told.dead);
  histogram.draw();
  suspicions.open(tub);
  const name = tub.tub;
  const now = await getJSON("/data/open", { tub: name }).catch(() => null);
  if (now && tub.tub === name) {
    tub = now;
    showFacts();
    showSessions();
  }
}

/** Follow a tub into which a car records. */
async function refresh() {
  if (!tub?.recording || document.hidden) return;
  const name = tub.tub;
  const now = await getJSON("/data/open", { tub: name }, { quiet: true }).catch(() => null);
  if (!now || tub.tub !== name) return;
  tub = now;
  showFacts();
  showSessions();
  player.grow(now);
  plot.grow(now);
}
