// Calibrating: chooses a point, moves its pulse in small steps, and shows what really goes out.

import { toast } from "/static/lib/toast.js";
import { CalibrateLink } from "/calibrate/link.js";

const TITLES = {
  left: "Left", middle: "Middle", right: "Right",
  stopped: "Stop", start: "Start", forward: "Forward", reverse: "Reverse",
};
const ORDER = ["left", "middle", "right", "stopped", "start", "forward", "reverse"];
const ADVICE = {
  left: "Full left: as far as the wheels go without the servo humming.",
  middle: "Straight ahead. Trim moves left, middle and right together.",
  right: "Full right: as far as the wheels go without the servo humming.",
  stopped: "Switch the speed controller on now and wait for its tone. Step until the motor stands still, in the middle of the pulses at which it does.",
  start: "Deadband: hold, and step until the motor just begins to turn. The same pulse as Stop means no deadband.",
  forward: "Full forward: hold, and step until the motor gets no faster. It should turn forward: otherwise swap the ends.",
  reverse: "Full reverse: hold, and step. Some controllers brake first: let go, then hold again.",
};
const MOTOR_RUNS = ["start", "forward", "reverse"];
const STEERING = ["left", "middle", "right"];

const find = (id) => document.getElementById(id);
let held = false;

const link = new CalibrateLink({
  read: () => (held ? { run: true } : {}),
  onChange: show,
  onError: (text) => toast(text, { danger: true }),
  onSaved: (path) => toast(path ? `Saved in ${path}.` : "Nothing had changed."),
});

for (const button of find("steps").children) {
  button.addEventListener("click", () => link.say({ step_us: Number(button.value) }));
}
for (const id of ["trim-left", "trim-right"]) {
  find(id).addEventListener("click", () => link.say({ trim_us: Number(find(id).value) }));
}
find("ready").addEventListener("click", () => link.say({ wheels_up: true }));
find("invert").addEventListener("click", () => link.say({ invert: family() }));
find("undo").addEventListener("click", () => link.say({ undo: true }));
find("save").addEventListener("click", () => link.say({ save: true }));
find("stop").addEventListener("click", () => {
  release();
  link.stop();
});
find("frequency-form").addEventListener("submit", (event) => send(event, "frequency_hz", "frequency"));
find("clock-form").addEventListener("submit", (event) => send(event, "measured_hz", "measured"));

const hold = find("hold");
hold.addEventListener("pointerdown", (event) => {
  hold.setPointerCapture(event.pointerId);
  press();
});
for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) hold.addEventListener(end, release);
hold.addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("blur", release);
addEventListener("keydown", (event) => {
  if (event.target.tagName === "INPUT") return;
  if (event.code === "Space") {
    event.preventDefault();
    release();
    link.stop();
  }
});

function press() {
  held = true;
  link.say({ run: true });
  show();
}

function release() {
  if (!held) return;
  held = false;
  link.say({ run: false });
  show();
}

function send(event, key, id) {
  event.preventDefault();
  const value = Number(find(id).value);
  if (value > 0) link.say({ [key]: value });
}

function family() {
  return STEERING.includes(link.state.point) ? "steering" : "throttle";
}

function show() {
  const { state } = link;
  find("link").dataset.state = link.connection;
  find("link").querySelector(".value").textContent = { open: "connected", lost: "no link" }[link.connection] ?? "connecting";
  if (!state.points) return;
  if (!find("points").children.length) makePoints();
  find("steering-us").textContent = us(state.steering_us);
  find("throttle-us").textContent = us(state.throttle_us);
  find("note").textContent = note();
  find("confirm").hidden = state.ready;
  find("work").hidden = !state.ready;
  find("ready").disabled = !state.you;
  for (const button of find("points").children) {
    button.setAttribute("aria-checked", String(button.value === state.point));
  }
  const { us: pulseUs, setting, value } = state.points[state.point];
  find("advice").textContent = ADVICE[state.point];
  find("pulse").textContent = us(pulseUs);
  find("setting").textContent = `${setting} ${value}`;
  hold.hidden = !MOTOR_RUNS.includes(state.point);
  hold.dataset.held = String(held);
  find("trim-left").hidden = find("trim-right").hidden = family() !== "steering";
  find("invert").disabled = !state.points[family() === "steering" ? "left" : "forward"];
  showChip(state);
  find("undo").disabled = !state.can_undo;
  find("save").disabled = !state.changes.length;
  const lines = state.changes.length ? state.changes : state.saved;
  find("changes-title").textContent = state.changes.length
    ? "To be saved in myconfig.py"
    : state.saved.length
      ? "Saved in myconfig.py"
      : "Nothing has changed yet";
  find("changes").replaceChildren(...lines.map(line));
}

function showChip(state) {
  find("chip").hidden = state.frequency_hz === null;
  find("clock-form").hidden = state.clock_hz === null;
  const clock = state.clock_hz === null ? "" : ` Clock of the PCA9685: ${(state.clock_hz / 1e6).toFixed(3)} MHz.`;
  find("chip-note").textContent = `${state.frequency_hz} pulses a second from the next start.${clock}`;
}

function note() {
  const { state } = link;
  if (link.connection !== "open") return "No link to the car: its motor is neutral.";
  if (!state.you) return "Another page is calibrating this car.";
  if (!state.ready) return state.guardian === "boot" ? "No pulses go out yet." : "The motor is neutral.";
  if (state.lapsed) return "Nothing heard for a second: neutral.";
  if (state.guardian !== "run") return state.reason || "Getting ready…";
  return state.running ? "The motor runs." : "Pulses go out, in small steps.";
}

function makePoints() {
  for (const point of ORDER.filter((name) => link.state.points[name])) {
    const button = document.createElement("button");
    button.type = "button";
    button.value = point;
    button.textContent = TITLES[point];
    button.setAttribute("role", "radio");
    button.addEventListener("click", () => link.say({ point }));
    find("points").append(button);
  }
}

function line(text) {
  const item = document.createElement("li");
  const code = document.createElement("code");
  code.textContent = text;
  item.append(code);
  return item;
}

function us(value) {
  return value === null || value === undefined ? "no pulse" : `${Math.round(value)} µs`;
}
