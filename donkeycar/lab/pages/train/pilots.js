// The list of pilots: type, date, records, error and comment of each.

const find = (id) => document.getElementById(id);

export function showPilots(pilots) {
  find("no-pilot").hidden = pilots.length > 0;
  find("pilots").replaceChildren(...pilots.map(line));
}

function line(pilot) {
  const place = document.createElement("li");
  const name = document.createElement("strong");
  name.textContent = pilot.name;
  place.append(name);
  const made = new Date(1000 * pilot.made_at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  const texts = [pilot.type, made];
  if (pilot.records !== null) texts.push(`${pilot.records.toLocaleString("en")} records`);
  if (pilot.error !== null) texts.push(`steering error ${pilot.error.toFixed(3)}`);
  if (Number.isFinite(pilot.r) && pilot.r !== null) texts.push(`r ${pilot.r.toFixed(3)}`);
  if (pilot.begun_as) texts.push(`begun as ${pilot.begun_as}`);
  for (const text of texts.filter(Boolean)) place.append(quiet(text));
  if (pilot.comment) {
    const note = quiet(pilot.comment);
    note.classList.add("note");
    place.append(note);
  }
  return place;
}

function quiet(text) {
  const place = document.createElement("span");
  place.className = "quiet";
  place.textContent = text;
  return place;
}
