// The form of a training's settings: each with its meaning, range and default.

import { inputFor } from "/settings/input.js";

/** Controls of some settings; `changed()` gives the values that differ from the present ones. */
export class SettingsForm {
  constructor(place, fields) {
    this._inputs = fields.map((field) => {
      const input = inputFor(field, `set-${field.name}`);
      const row = element("div", "setting");
      const label = element("label", "name", field.name);
      label.htmlFor = input.place.id;
      const about = element("p", "quiet", `${sentence(field.help)} ${sentence(field.rule)} Default: ${field.default}.`);
      about.id = `${input.place.id}-about`;
      input.place.setAttribute("aria-describedby", about.id);
      row.append(label, input.place, about);
      place.append(row);
      return [field.name, input];
    });
  }

  changed() {
    return Object.fromEntries(this._inputs.filter(([, input]) => input.changed()).map(([name, input]) => [name, input.read()]));
  }
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function element(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}
