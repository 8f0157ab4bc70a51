// What is done to a recording and to a simulated car while one drives: erase, undo, back to start.

import { toast } from "/static/lib/toast.js";
import { counted } from "/static/lib/words.js";
import { write } from "/static/lib/write.js";

const find = (id) => document.getElementById(id);

/** `onAct(name)` is called with "erase", "undo_erase" or "to_start"; the keys use `act` as well. */
export class Tools {
  constructor({ onAct }) {
    this._onAct = onAct;
    this._buttons = { erase: find("erase"), undo_erase: find("undo"), to_start: find("to-start") };
    for (const [name, button] of Object.entries(this._buttons)) button.addEventListener("click", () => onAct(name));
    this._undoable = undefined;
    this._putBacks = undefined;
  }

  /** As a tap on the button, if there is something to do. */
  act(name) {
    const button = this._buttons[name];
    if (!button.disabled && !button.hidden) this._onAct(name);
  }

  show({ num_records: records, num_undoable: undoable, track, put_backs: putBacks }) {
    const { erase, undo_erase: undo, to_start: toStart } = this._buttons;
    erase.hidden = undo.hidden = records === null;
    erase.disabled = !records;
    undo.disabled = !undoable;
    write(undo.querySelector(".count"), undoable ? counted(undoable) : "");
    toStart.hidden = !track;
    find("tools").hidden = erase.hidden && toStart.hidden;
    if (this._undoable !== undefined && undoable > this._undoable) toast(`${counted(undoable, "record")} erased. Undo brings them back.`);
    this._undoable = undoable ?? undefined;
    if (this._putBacks !== undefined && putBacks > this._putBacks) toast("Stuck for 3 s: the car was put back onto the track.");
    this._putBacks = putBacks ?? undefined;
  }
}
