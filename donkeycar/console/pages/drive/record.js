// The record button: what the disk confirms, what this take has so far, and why nothing is recorded.

import { toast } from "/static/lib/toast.js";
import { counted } from "/static/lib/words.js";
import { write } from "/static/lib/write.js";

export const NO_RECORDER = "Nothing is recorded: this car was started without a recorder.";
// Records reach the disk once a second.
const STUCK_MS = 3000;

/** Follows the recorder. `button` has a `.label` and a `.take`, `note` is a line over the picture. */
export class RecordButton {
  constructor({ button, note }) {
    this._button = button;
    this._label = button.querySelector(".label");
    this._take = button.querySelector(".take");
    this._note = note;
    this._count = undefined;
    this._grewMs = -STUCK_MS;
    this._said = undefined;
    this._begin = undefined;
  }

  show(state) {
    const isFirst = this._count === undefined;
    if (!state.recording || (state.num_records !== this._count && !isFirst)) this._grewMs = performance.now();
    this._count = state.num_records;
    const stuck = Boolean(state.recorder_status) && performance.now() - this._grewMs > STUCK_MS;
    const whyNot = whyNotRecorded(state, stuck);
    this._button.setAttribute("aria-pressed", String(state.recording === true));
    write(this._label, !state.recording ? "Record" : whyNot ? "Not recording" : "Recording");
    this._button.classList.toggle("stuck", whyNot !== "");
    this._showTake(state, whyNot);
    const note = state.recording ? whyNot || state.recorder_status || "" : "";
    write(this._note, note);
    this._note.hidden = note === "";
    this._note.classList.toggle("calm", !state.recorder_status);
    if (!state.recording && state.recorder_status && state.recorder_status !== this._said) toast(state.recorder_status, { danger: true });
    this._said = state.recorder_status;
  }

  /** Seconds and records of this take: only pauses in which nothing is recorded do not count. */
  _showTake(state, whyNot) {
    const nowMs = performance.now();
    if (!state.recording || typeof state.num_records !== "number") {
      this._begin = undefined;
    } else {
      this._begin ??= { count: state.num_records, ms: 0, lookedMs: nowMs };
      if (!whyNot) this._begin.ms += nowMs - this._begin.lookedMs;
      this._begin.lookedMs = nowMs;
    }
    const records = this._begin && Math.max(0, state.num_records - this._begin.count);
    write(this._take, this._begin ? `${length(this._begin.ms)} · ${counted(records)}` : "");
    this._button.title = this._begin ? `This take has ${counted(records, "record")} on the disk` : "";
  }
}

/** Why nothing is recorded though recording is on, or "". */
function whyNotRecorded(state, stuck) {
  if (!state.recording) return "";
  if (state.num_records === null) return NO_RECORDER;
  return state.recorder_reason || (stuck ? state.recorder_status : "");
}

function length(ms) {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
