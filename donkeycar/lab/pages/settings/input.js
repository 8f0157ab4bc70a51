// The control for a value: a choice, a number, a text, or Python for lists and dictionaries.

const NUMBERS = new Set(["int", "float"]);

/** A control: `place` (the element), `read()` (its value for the request), `changed()`. */
export function inputFor(field, id) {
  const place = make(field);
  place.id = id;
  const before = text(place);
  return {
    place,
    read: () => value(field, place),
    changed: () => text(place) !== before,
  };
}

function make(field) {
  if (field.kind === "function") return textBox(field, { disabled: true });
  if (field.kind === "bool" && !field.optional) return choice([true, false], field.value, ["True", "False"]);
  if (field.choices.length && field.kind !== "strings" && field.choices.includes(field.value)) {
    const options = field.optional ? [...field.choices, null] : field.choices;
    return choice(options, field.value);
  }
  return textBox(field);
}

function choice(values, present, titles = values.map((one) => `${one ?? "None"}`)) {
  const place = document.createElement("select");
  values.forEach((one, index) => {
    const option = new Option(titles[index], JSON.stringify(one), one === present, one === present);
    place.add(option);
  });
  return place;
}

function textBox(field, { disabled = false } = {}) {
  const place = document.createElement("input");
  place.type = "text";
  place.autocomplete = "off";
  place.spellcheck = false;
  place.disabled = disabled;
  if (NUMBERS.has(field.kind)) place.inputMode = field.low !== null && field.low >= 0 ? "decimal" : "text";
  place.value = field.value === null ? "" : `${field.value}`;
  if (field.optional) place.placeholder = "None";
  return place;
}

function text(place) {
  return place.value;
}

/** What is sent: the server checks it, so a text that is no number goes there as it is. */
function value(field, place) {
  if (place instanceof HTMLSelectElement) return JSON.parse(place.value);
  const written = place.value.trim();
  if (field.optional && (written === "" || written === "None")) return null;
  if (NUMBERS.has(field.kind) && written !== "" && Number.isFinite(Number(written))) return Number(written);
  return place.value;
}
