// The settings page: search, groups, and a form for each setting.

import { getJSON } from "/static/lib/api.js";
import { copyLine } from "/static/lib/copy_line.js";
import { showPages } from "/static/lib/nav.js";
import { SettingRow } from "./row.js";

const find = (id) => document.getElementById(id);

let groups = [];

showPages();
find("commands").append(
  copyLine("Show every setting and where its value comes from", "donkey config"),
  copyLine("Explain one setting", "donkey config DRIVE_LOOP_HZ"),
  copyLine("Try a value for one drive", "python manage.py drive --set DRIVE_LOOP_HZ=30"),
);
find("search").addEventListener("input", filter);
for (const id of ["own", "unused"]) find(id).addEventListener("change", filter);
load();

async function load() {
  try {
    const told = await getJSON("/settings/all", {}, { quiet: true });
    find("file").textContent = told.file;
    groups = told.groups.map(show);
    find("groups").replaceChildren(...groups.map((group) => group.place));
    showNotices(told.notices);
    showRestart(told.restart);
    filter();
  } catch (error) {
    say(error.message);
  }
}

function show({ title, about, settings }) {
  const place = document.createElement("details");
  place.className = "card group";
  const summary = document.createElement("summary");
  const rest = document.createElement("div");
  rest.className = "rest";
  const heading = document.createElement("h2");
  heading.textContent = title;
  const count = document.createElement("span");
  count.className = "quiet count";
  summary.append(heading, count);
  const meaning = document.createElement("p");
  meaning.className = "quiet";
  meaning.textContent = about;
  const rows = settings.map((setting) => new SettingRow(setting, changed));
  rest.append(meaning, ...rows.map((row) => row.place));
  place.append(summary, rest);
  return { place, count, rows, title };
}

/** After a change: what other settings do, and what is wrong in the files, may depend on it. */
async function changed(told) {
  showRestart(told.restart);
  filter();
  const { groups: fresh, notices } = await getJSON("/settings/all", {}, { quiet: true });
  const settings = new Map(fresh.flatMap((group) => group.settings).map((setting) => [setting.name, setting]));
  for (const row of groups.flatMap((group) => group.rows)) row.refresh(settings.get(row.name));
  showNotices(notices);
  filter();
}

/** Show what matches every word of the search box; groups open while something is searched. */
function filter() {
  const words = find("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const own = find("own").checked;
  const unused = find("unused").checked;
  let shown = 0;
  let left = 0;
  for (const group of groups) {
    let matching = 0;
    for (const row of group.rows) {
      const matches = row.matches(words, group.title) && (row.own || !own);
      const isRead = row.used || row.own || unused;
      row.place.hidden = !(matches && isRead);
      matching += matches && isRead;
      left += matches && !isRead;
    }
    group.place.hidden = matching === 0;
    group.count.textContent = settingsOf(matching);
    if (words.length || own) group.place.open = matching > 0;
    shown += matching;
  }
  find("count").textContent = settingsOf(shown) + (left ? `, and ${left} that this car does not read` : "");
  const searched = [words.length ? `“${find("search").value.trim()}”` : "", own ? "a value of your own" : ""];
  say(groups.length && !shown ? `No setting with ${searched.filter(Boolean).join(" and ")}.` : "");
}

function settingsOf(number) {
  return number === 1 ? "1 setting" : `${number} settings`;
}

function say(text) {
  find("empty").textContent = text;
  find("empty").hidden = text === "";
}

function showRestart(restart) {
  find("restart").hidden = !restart;
}

function showNotices(notices) {
  const lines = notices.map((notice) => {
    const line = document.createElement("li");
    line.textContent = notice;
    return line;
  });
  find("notices").querySelector("ul").replaceChildren(...lines);
  find("notices").hidden = lines.length === 0;
}
