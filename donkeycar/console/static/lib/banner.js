// What stopped the car, since when, and the one thing to do.

import { write } from "./write.js";

const TITLES = {
  stop: "Stopped",
  link: "Link silent",
  lost: "Link lost",
  left: "The driver's page was hidden or closed",
  unpaired: "The driver's device was unpaired",
  start: "Ready in a pilot mode",
  handed_over: "You have the wheel",
  gone: "The gamepad or remote control is gone",
  hung: "The drive loop hung",
  nobody: "Nobody drives",
};
const OTHERS = { gamepad: "The car's gamepad drives", rc: "The remote control drives" };
// An arming motor takes a tick or two: that is not worth a word.
export const MOTOR_PATIENCE_S = 0.4;
const CALM = new Set(["start", "handed_over", "nobody"]);

/**
 * The banner for this moment, or undefined when there is nothing to say.
 *
 * `link` is the DriveLink, `held` whether a stick or key is held, `motorOffS` for how long the motor
 * has not followed (0 if it does), `waits` why this page's gamepad gives no throttle yet ("" if it
 * may), `sleeps` that the screen will go dark ("" if it stays on). The answer has `what`, `sinceS` (or undefined), `lasts` (it goes on since then), `todo`,
 * `calm` (not an alarm), `action`
 * ("resume", "take", "ask", "give" or "") and `ready` (whether the action can be tapped now).
 */
export function chooseBanner(link, held, motorOffS = 0, waits = "", sleeps = "") {
  const { state } = link;
  if (link.connection === "connecting") return undefined;
  if (link.connection === "lost") {
    return {
      what: "No link to the car",
      sinceS: (performance.now() - link.lostMs) / 1000,
      lasts: true,
      todo: "The car stops by itself. Stay near it: this page keeps trying.",
      action: "",
    };
  }
  if (state.driver === "other") {
    const stopped = state.reason_code === "stop";
    return {
      what: stopped ? "Stopped" : (OTHERS[state.source] ?? "Somebody else drives"),
      sinceS: stopped ? link.stoppedS : undefined,
      todo: stopped ? "The driver can resume, or ask for the wheel." : "Ask for the wheel. STOP works from here, too.",
      calm: true,
      action: "ask",
      ready: true,
    };
  }
  if (state.reason_code) return stopped(link, held);
  if (state.asked) {
    return { what: "Another phone asks to drive", todo: "", calm: true, action: "give", ready: true };
  }
  if (motorOffS > MOTOR_PATIENCE_S) {
    return { what: "The motor waits", todo: state.drivetrain_reason, action: "" };
  }
  const unrested = waits || state.controller_note;
  if (unrested) return { what: "The throttle waits", todo: unrested, calm: true, action: "" };
  if (sleeps) return { what: "Stay awake", todo: sleeps, calm: true, action: "" };
  return undefined;
}

function stopped({ state, stoppedS, wantsToDrive }, held) {
  // The very next heartbeat takes the seat: no need to alarm anybody.
  if (state.reason_code === "nobody" && wantsToDrive) return undefined;
  const waits = state.driveMode === "user" ? "" : (state.pilot_note ?? "");
  const banner = {
    what: waits ? "Not ready yet" : TITLES[state.reason_code] ?? state.reason,
    sinceS: CALM.has(state.reason_code) ? undefined : stoppedS,
    calm: CALM.has(state.reason_code),
    action: "resume",
    ready: state.can_resume && !held,
  };
  if (state.reason_code === "link") {
    return { ...banner, todo: "The car goes on by itself when the link is back.", action: "" };
  }
  if (state.driver === "nobody" && !wantsToDrive) return { ...banner, todo: "Tap Drive to take the wheel.", action: "take", ready: true };
  if (waits) return { ...banner, todo: waits };
  if (held) return { ...banner, todo: "Let go of the stick, then tap Resume." };
  if (!state.can_resume) return { ...banner, todo: "Checking the link…" };
  return { ...banner, todo: state.reason_code === "start" ? "Tap Resume and the pilot drives." : "Tap Resume to go on." };
}

const LABELS = { resume: "Resume", take: "Drive", ask: "Ask for the wheel", give: "Let them drive" };

/**
 * Shows what `chooseBanner` says, touching the page only where something changed. The seconds are
 * outside the sentence, which a screen reader says each time it changes.
 */
export class Banner {
  constructor(element, { onAct }) {
    this._element = element;
    this._says = element.querySelector("[data-says]");
    this._what = element.querySelector("[data-what]");
    this._since = element.querySelector("[data-since]");
    this._todo = element.querySelector("[data-todo]");
    this._button = element.querySelector("button");
    this._button.addEventListener("click", () => onAct(this._button.value));
  }

  show(banner) {
    this._element.hidden = banner === undefined;
    if (banner === undefined) {
      document.documentElement.style.removeProperty("--toasts-top");
      return;
    }
    const { calm = false, sinceS, lasts = false } = banner;
    this._element.classList.toggle("calm", calm);
    this._says.setAttribute("role", calm ? "status" : "alert");
    write(this._what, `${banner.what}.`);
    write(this._todo, banner.todo);
    write(this._since, sinceS === undefined ? "" : lasts ? `For ${howLong(sinceS)}` : `${howLong(sinceS)} ago`);
    this._since.hidden = sinceS === undefined;
    this._button.hidden = !banner.action;
    this._button.value = banner.action;
    this._button.disabled = !banner.ready;
    write(this._button, LABELS[banner.action] ?? "");
    // What just happened must not cover what to do.
    const below = Math.round(this._element.getBoundingClientRect().bottom) + 8;
    document.documentElement.style.setProperty("--toasts-top", `${below}px`);
  }
}

function howLong(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 120 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min`;
}
