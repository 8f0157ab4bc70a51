// Chosen records: by range or filter; what can be done with them, and how to undo it.

import { getJSON, postJSON } from "/static/lib/api.js";
import { copyLine } from "/static/lib/copy_line.js";
import { toast } from "/static/lib/toast.js";
import { follow } from "./job.js";
import { element, find, number, quoted, records } from "./text.js";

// Ranges that fit into one request; a command line holds about as many.
const MOST_WORDS = 2000;

/** The chosen records of a tub. */
export class Choice {
  constructor({ at, look, onChosen, onChanged }) {
    Object.assign(this, { _at: at, _look: look, _onChosen: onChosen, _onChanged: onChanged });
    this._chosen = null;
    const press = (id, action) => find(id).addEventListener("click", action);
    press("from", () => this._end("first"));
    press("to", () => this._end("last"));
    press("clear", () => this._clear());
    press("delete", () => this._change("delete", "restore", "Deleted"));
    press("restore", () => this._change("restore", "delete", "Restored"));
    press("undo", () => this._undo());
    press("give", () => this._tagThem());
    press("export", () => this._export());
    press("previous", () => this._jump(-1));
    press("next", () => this._jump(1));
    find("tag").addEventListener("input", () => this._buttons());
    find("filter").addEventListener("submit", (event) => {
      event.preventDefault();
      this._filter(find("condition").value);
    });
  }

  open(tub) {
    this._tub = tub;
    this._asked = 0;
    try {
      this._done = JSON.parse(sessionStorage.getItem(this._place()) ?? "[]");
    } catch {
      this._done = [];
    }
    this._clear();
    this._tags(tub.tags);
  }

  /** Choose the records between two positions. */
  range(first, last) {
    find("condition").value = "";
    this._ends = { first, last };
    this._ask({ first: Math.min(first, last), last: Math.max(first, last) }, "");
  }

  _end(which) {
    const here = this._at();
    const ends = { first: here, last: here, ...this._ends, [which]: here };
    if (ends.first > ends.last) ends[which === "first" ? "last" : "first"] = here;
    this.range(ends.first, ends.last);
  }

  _filter(condition) {
    this._ends = null;
    if (condition.trim()) this._ask({ condition }, condition);
    else this._clear();
  }

  async _ask(args, condition) {
    this._asked += 1;
    const asked = this._asked;
    const told = await getJSON("/data/choose", { tub: this._tub.tub, ...args }).catch(() => null);
    if (!told || asked !== this._asked) return;
    const problem = told.error ?? "";
    find("condition-problem").textContent = problem;
    find("condition-problem").hidden = !problem;
    find("condition").setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem) {
      find("condition").focus();
      find("condition").setSelectionRange(told.position, find("condition").value.length);
      this._set(null);
      return;
    }
    this._set({ ...told, condition, args });
    if (condition && told.runs.length) this._look(told.runs[0][0]);
  }

  _clear() {
    this._ends = null;
    this._asked += 1;
    find("condition").value = "";
    find("condition-problem").hidden = true;
    find("condition").setAttribute("aria-invalid", "false");
    this._set(null);
  }

  _set(chosen) {
    this._chosen = chosen;
    this._onChosen(chosen?.runs ?? []);
    let text = "Nothing is chosen: drag on the plot, mark start and end, or type a filter.";
    if (chosen?.records) {
      const where = chosen.words.length === 1 ? `, ${chosen.words[0]}` : ` in ${number(chosen.words.length)} places`;
      text = `${records(chosen.records)} chosen${where}; ${number(chosen.deleted)} of them deleted.`;
    } else if (chosen) text = "No record fulfils this filter.";
    find("chosen").textContent = text;
    this._buttons();
    this._command();
  }

  _buttons() {
    const { records: count = 0, deleted = 0, runs = [] } = this._chosen ?? {};
    const enable = (id, on) => { find(id).disabled = !on; };
    const isFree = !this._tub.recording && !this._tub.is_old;
    enable("delete", isFree && count > deleted);
    enable("restore", isFree && deleted > 0);
    enable("give", isFree && count > 0 && find("tag").value.trim());
    enable("export", count > 0);
    enable("previous", runs.length > 1);
    enable("next", runs.length > 1);
    const last = this._done.at(-1);
    enable("undo", Boolean(last) && isFree);
    find("undo").textContent = last ? `Undo: ${last.text}` : "Undo";
  }

  /** The command that does the same. */
  _command() {
    const chosen = this._chosen;
    if (!chosen?.records) {
      find("command").replaceChildren();
      return;
    }
    const which = chosen.condition ? ["--where", chosen.condition] : ["--records", ...chosen.words];
    const words = ["donkey", "tub", "delete", this._tub.path, ...which];
    find("command").replaceChildren(copyLine("Delete them from a terminal", words.map(quoted).join(" ")));
  }

  async _change(action, inverse, verb) {
    const told = await this._post(action, { words: this._chosen.words });
    if (!told) return;
    if (told.why) toast(told.why, { danger: true });
    if (told.changed.length) {
      const text = `${verb.toLowerCase()} ${records(told.records)}`;
      this._note({ action: inverse, body: { words: told.changed }, text });
    }
    toast(`${verb} ${records(told.records)}. Undo takes it back.`);
    this._after(told);
  }

  async _tagThem() {
    const name = find("tag").value.trim();
    const told = await this._post("tag", { name, words: this._chosen.words });
    if (!told) return;
    if (told.changed.length) {
      this._note({ action: "tag", body: { name, words: told.changed, remove: true }, text: `tagged ${records(told.records)}` });
    }
    toast(`Tagged ${records(told.records)} as ${name}. The filter tag("${name}") finds them.`);
    this._after(told);
  }

  async _undo() {
    const last = this._done.at(-1);
    const told = await this._post(last.action, last.body);
    if (!told) return;
    this._done.pop();
    this._store();
    toast(`Undone: ${last.text}.`);
    this._after(told);
  }

  async _post(action, body) {
    if (body.words.length > MOST_WORDS) {
      toast(`They are in more than ${MOST_WORDS} places. Copy the command below, or make the filter narrower.`, { danger: true });
      return null;
    }
    for (const id of ["delete", "restore", "undo", "give"]) find(id).disabled = true;
    const told = await postJSON(`/data/${action}`, { tub: this._tub.tub, ...body }).catch(() => null);
    if (!told) this._buttons();
    return told;
  }

  _after(told) {
    this._tags(told.tags);
    this._onChanged(told);
    if (this._chosen) this._ask(this._chosen.args, this._chosen.condition);
    else this._buttons();
  }

  async _export() {
    const words = this._chosen.words;
    const told = await postJSON("/data/export", { tub: this._tub.tub, to: find("format").value, words }).catch(() => null);
    if (told) follow(told.job, `Exported to ${told.out}.`);
  }

  _jump(direction) {
    const firsts = this._chosen.runs.map(([first]) => first);
    const here = this._at();
    const target = direction > 0
      ? firsts.find((first) => first > here) ?? firsts[0]
      : firsts.findLast((first) => first < here) ?? firsts.at(-1);
    this._look(target);
  }

  _tags(tags) {
    find("tags").replaceChildren(...Object.keys(tags).map((name) => {
      const option = element("option");
      option.value = name;
      return option;
    }));
  }

  _note(entry) {
    this._done = [...this._done, entry].slice(-50);
    this._store();
  }

  _store() {
    try {
      sessionStorage.setItem(this._place(), JSON.stringify(this._done));
    } catch { /* no room: undo then works until the page is left */ }
  }

  _place() {
    return `undo ${this._tub.path}`;
  }
}
