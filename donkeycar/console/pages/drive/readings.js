// The numbers at the top: link, loop rate and records, each with its word.

import { toast } from "/static/lib/toast.js";
import { counted } from "/static/lib/words.js";
import { write } from "/static/lib/write.js";

const ON_TIME = "How often the car decides, measured";
const EASED = "How often the car decides, measured. It is short of time, and shows fewer pictures until it keeps up";
const EASED_NOTE = "The rate in Hz is red: the car is short of time, and shows fewer pictures until it keeps up.";
const ON_DISK = "Records safely on the car's disk";
const NO_RECORDS = "No records yet: drive and press Record";

const find = (id) => document.getElementById(id);

/** A phone shows no title: a tap on the rate says what it is. `link` is the DriveLink. */
export function explainReadings(link) {
  find("rate").parentElement.addEventListener("click", () => toast(link.state.eased ? EASED : ON_TIME));
}

export function showReadings(link) {
  showLink(link);
  showRate(link);
  showRecords(link.state);
}

function showLink(link) {
  const place = find("link");
  place.dataset.state = link.connection;
  const latency = link.latencyMs === undefined ? "…" : `${Math.round(link.latencyMs)} ms`;
  write(place.querySelector(".value"), link.connection === "open" ? latency : "no link");
}

function showRate(link) {
  const { state } = link;
  const place = find("rate");
  write(place, link.connection === "open" && state.loop_hz ? String(Math.round(state.loop_hz)) : "–");
  place.parentElement.dataset.state = state.eased ? "eased" : "";
  place.parentElement.title = state.eased ? EASED : ON_TIME;
  // The menu says it, too.
  find("rate-note").hidden = !state.eased;
  write(find("rate-note").firstElementChild, EASED_NOTE);
}

function showRecords({ num_records: count }) {
  write(find("records"), count === null ? "–" : counted(count ?? 0));
  write(find("records-word"), count === 1 ? "record" : "records");
  find("records").parentElement.title = count ? ON_DISK : NO_RECORDS;
}
