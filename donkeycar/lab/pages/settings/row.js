// One setting: its meaning, its value and the source of it, and a form to change it.

import { postJSON } from "/static/lib/api.js";
import { failure } from "/static/lib/failure.js";
import { toast } from "/static/lib/toast.js";
import { inputFor } from "./input.js";

/** Shows one setting; `onChange` gets the answer after its value was written. */
export class SettingRow {
  constructor(setting, onChange) {
    this._onChange = onChange;
    this.place = element("article", "setting");
    this.place.id = setting.name;
    this._show(setting);
  }

  /** Whether each of these words is in its name, meaning or group. */
  matches(words, group) {
    const { name, help, fields } = this._setting;
    const entries = fields.map((field) => `${field.name} ${field.help}`).join(" ");
    const text = `${name} ${help} ${entries} ${group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  }

  get name() {
    return this._setting.name;
  }

  /** Show what is known now, unless somebody is editing it. */
  refresh(setting) {
    const isEdited = this.place.querySelector("button[type=submit]:enabled") !== null;
    if (!isEdited && JSON.stringify(setting) !== JSON.stringify(this._setting)) this._show(setting);
  }

  get own() {
    return this._setting.own;
  }

  /** Whether any command reads it on this car. */
  get used() {
    return this._setting.used;
  }

  _show(setting) {
    this._setting = setting;
    const about = element("div", "about");
    about.append(element("h3", "name", setting.name), element("p", "", sentence(setting.help)));
    about.append(element("p", setting.own ? "source own" : "source", `From: ${setting.source}`));
    if (!setting.used) about.append(element("p", "quiet", reason(setting.only_for)));
    const forms = element("div", "forms");
    const fields = setting.fields.length ? setting.fields : [setting];
    for (const field of fields) forms.append(this._form(field, setting.fields.length ? field.name : ""));
    this.place.replaceChildren(about, forms);
    this.place.classList.toggle("family", setting.fields.length > 0);
  }

  _form(field, entry) {
    const form = element("form", entry ? "value entry" : "value");
    const id = `value-${this._setting.name}-${entry}`;
    const input = inputFor(field, id);
    const label = element("label", entry ? "" : "only-read", entry || `Value of ${field.name}`);
    label.htmlFor = id;
    const save = element("button", "", "Save");
    save.type = "submit";
    save.disabled = true;
    const rule = element("p", "quiet rule", `${sentence(field.rule)} Default: ${field.default}.`);
    rule.id = `${id}-rule`;
    const problem = element("p", "problem");
    problem.id = `${id}-problem`;
    problem.setAttribute("role", "alert");
    problem.hidden = true;
    input.place.setAttribute("aria-describedby", `${rule.id} ${problem.id}`);
    if (entry) form.append(label, element("p", "help", sentence(field.help)));
    else form.append(label);
    form.append(input.place, save, rule, problem);
    form.addEventListener("input", () => {
      save.disabled = !input.changed();
      mark(input.place, problem, "");
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this._save(field, entry, input, problem);
    });
    return form;
  }

  async _save(field, entry, input, problem) {
    let told;
    try {
      const body = { name: this._setting.name, value: input.read(), entry };
      told = await postJSON("/settings/change", body, { quiet: true });
    } catch (error) {
      mark(input.place, problem, failure(error));
      input.place.focus();
      return;
    }
    this._show(told.setting);
    document.getElementById(`value-${this._setting.name}-${entry}`)?.focus();
    toast(told.note ? `${told.note}.` : `${field.name} is written.`);
    this._onChange(told)?.catch(() => {});
  }
}

function mark(place, problem, text) {
  place.setAttribute("aria-invalid", text ? "true" : "false");
  problem.textContent = text;
  problem.hidden = text === "";
}

function reason(condition) {
  if (!condition) return "This car does not read it.";
  return `This car does not read it: only with ${condition.name} = ${condition.values.join(" or ")}.`;
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function element(tag, name, text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}
