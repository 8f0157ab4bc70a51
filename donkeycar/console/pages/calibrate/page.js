// Calibrating as a walk: one question a screen, small steps, and a car whose wheels follow.

import { Segments } from "/static/lib/segments.js";
import { write } from "/static/lib/write.js";
import { CalibrateLink } from "/calibrate/link.js";
import { CarDrawing, share } from "/calibrate/car.js";
import { listenToKeys } from "/calibrate/keys.js";
import { Questions } from "/calibrate/questions.js";

const TITLES = {
  left: "Left", middle: "Middle", right: "Right",
  stopped: "Neutral", start: "Deadband", forward: "Forward", reverse: "Reverse",
};
const MOTOR_RUNS = ["start", "forward", "reverse"];
const SHARED = ["forward", "reverse"];
const STEERING = ["left", "middle", "right"];
const MESSAGE_MS = 12000;

const find = (id) => document.getElementById(id);
let held = false;
// "All points" is a choice of this page; the car does not know it.
let all = false;
let messageTimer;

const car = new CarDrawing(find("car"));
const questions = new Questions({ list: find("walk"), onGo: (question) => link.say({ question }) });
const shares = new Segments(find("shares"), { onChoose: (value) => link.say({ share: Number(value) }) });
const link = new CalibrateLink({
  read: () => (held ? { run: true } : {}),
  onChange: show,
  onQuestions: (words) => questions.learn(words),
  onError: (text) => tell(text, { danger: true }),
  onSaved: (path) => tell(path ? `Saved in ${path}.` : "Nothing had changed."),
});

for (const button of find("steps").children) {
  button.addEventListener("click", () => link.say({ step_us: Number(button.value) }));
}
for (const id of ["trim-left", "trim-right"]) {
  find(id).addEventListener("click", () => link.say({ trim_us: Number(find(id).value) }));
}
find("yes").addEventListener("click", () => act("yes"));
find("back").addEventListener("click", () => act("back"));
find("invert").addEventListener("click", () => link.say({ invert: family() }));
find("undo").addEventListener("click", () => link.say({ undo: true }));
find("throw-away").addEventListener("click", () => {
  link.say({ throw_away: true });
  tell("Thrown away. Undo brings the values back.");
});
find("put-back").addEventListener("click", () => link.say({ put_back: true }));
find("all").addEventListener("click", () => {
  release();
  all = !all;
  show();
});
find("stop").addEventListener("click", stop);
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
listenToKeys({ stop, press, release, yes: () => tap("yes"), back: () => tap("back"), step });

function stop() {
  release();
  link.stop();
}

function press() {
  if (held || find("run").hidden || find("adjust").hidden) return;
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

function tap(id) {
  if (!find(id).disabled && !find(id).hidden) find(id).click();
}

function step(us) {
  if (!find("adjust").hidden) link.say({ step_us: us });
}

/** What the two buttons at the bottom mean now; null for one that means nothing. */
function choices() {
  const { state } = link;
  if (state.unfinished) {
    return { back: ["Throw it away", { throw_away: true }], yes: ["Go on with it", { take_up: true }] };
  }
  if (!state.ready) return { back: null, yes: [YES.wheels, { wheels_up: true }] };
  if (all) {
    return { back: state.can_undo ? ["Undo", { undo: true }] : ["Undo", null], yes: ["Save", state.changes.length ? { save: true } : null] };
  }
  const before = questions.before(state.question);
  const back = before ? ["Back", { question: before }] : null;
  if (state.question === "save") return { back, yes: ["Save", state.changes.length ? { save: true } : null] };
  return { back, yes: [YES[state.question] ?? "Yes", { done: state.question }] };
}

const YES = { wheels: "The wheels are in the air", start: "Yes, it just begins", esc: "Yes, it is armed" };

function act(id) {
  const choice = choices()[id];
  if (!choice?.[1]) return;
  release();
  link.say(choice[1]);
  quieten();
}

function send(event, key, id) {
  event.preventDefault();
  const value = Number(find(id).value);
  if (value > 0) link.say({ [key]: value });
}

function family() {
  return STEERING.includes(link.state.point) ? "steering" : "throttle";
}

function tell(text, { danger = false } = {}) {
  clearTimeout(messageTimer);
  find("message").textContent = text;
  find("message").dataset.danger = String(danger);
  messageTimer = setTimeout(quieten, MESSAGE_MS);
}

function quieten() {
  clearTimeout(messageTimer);
  find("message").textContent = "";
}

function show() {
  const { state } = link;
  find("link").dataset.state = link.connection;
  write(find("link").querySelector(".value"), { open: "connected", lost: "no link" }[link.connection] ?? "connecting");
  if (!state.points) return;
  showOut(state);
  questions.show(state);
  const asked = screen(state);
  document.body.dataset.screen = asked;
  showWords(state, asked);
  showAdjust(state, asked === "question" || asked === "all");
  showLines(state, asked);
  showChip(state, asked === "all");
  find("controls").hidden = asked === "wheels" || (asked === "save" && !find("changes").children.length && find("put-back").hidden);
  const buttons = choices();
  for (const id of ["back", "yes"]) {
    find(id).hidden = !buttons[id];
    write(find(id), buttons[id]?.[0] ?? "");
    find(id).disabled = !buttons[id]?.[1] || !state.you || link.connection !== "open";
  }
  find("all").hidden = !state.ready || Boolean(state.unfinished);
  write(find("all"), all ? "Questions" : "All points");
  find("all").setAttribute("aria-pressed", String(all));
}

/** Which of the screens is shown: the offer of an earlier walk, wheels, a question, save, or all points. */
function screen(state) {
  if (state.unfinished) return "offer";
  if (!state.ready) return "wheels";
  if (all) return "all";
  return state.question === "save" || state.question === "wheels" ? state.question : "question";
}

function showOut(state) {
  write(find("steering-us"), us(state.steering_us));
  write(find("throttle-us"), us(state.throttle_us));
  find("throttle-us").hidden = find("throttle-label").hidden = !state.limits.throttle;
  write(find("note"), note());
  const open = link.connection === "open";
  car.show(open ? share(state.steering_us, state.limits.steering) : null, open ? share(state.throttle_us, state.limits.throttle) : null);
}

function showWords(state, asked) {
  if (!questions.words(state.question)) return;
  const { place = "", title, question, advice } = (SCREENS[asked] ?? questionScreen)(state);
  write(find("place"), place);
  write(find("title"), title);
  write(find("question"), question);
  write(find("advice"), advice);
}

function questionScreen({ question }) {
  const { name, title, asks, advice } = questions.words(question);
  return { place: questions.place(name), title, question: asks, advice };
}

// The words of the screens that are no plain question.
const SCREENS = {
  wheels: () => questionScreen({ question: "wheels" }),
  offer: ({ unfinished }) => ({
    title: "An unfinished calibration",
    question: `One of ${unfinished.at} was not saved.`,
    advice: `${answered(unfinished.done)} Go on with it, or throw it away.`,
  }),
  all: ({ point }) => ({ title: "All points", question: "", advice: questions.words(point)?.advice ?? "" }),
  save: ({ changes, saved }) => {
    const asked = questionScreen({ question: "save" });
    if (changes.length) return asked;
    const question = saved.length ? "Saved in myconfig.py." : "Nothing has changed.";
    return { ...asked, question, advice: "End the program with Ctrl-C before you drive." };
  },
};

function answered(count) {
  return `${count} ${count === 1 ? "question was" : "questions were"} answered.`;
}

function showAdjust(state, shown) {
  find("points").hidden = !all || !shown;
  find("adjust").hidden = !shown;
  if (!shown) return;
  if (!find("points").children.length) makePoints();
  for (const button of find("points").children) {
    button.setAttribute("aria-checked", String(button.value === state.point));
    button.dataset.done = String(state.done.includes(button.value));
  }
  const { us: pulseUs, setting, value } = state.points[state.point];
  write(find("pulse"), us(pulseUs));
  write(find("setting"), `${setting} ${value}`);
  find("run").hidden = !MOTOR_RUNS.includes(state.point);
  find("shares").hidden = !SHARED.includes(state.point);
  shares.show(String(state.share));
  hold.dataset.held = String(held);
  find("undo").disabled = !state.can_undo;
  find("undo").hidden = all;
  find("trim-left").hidden = find("trim-right").hidden = !all || family() !== "steering";
  const ends = family() === "steering" ? ["left", "right"] : ["forward", "reverse"];
  find("invert").hidden = !all && !questions.words(state.question)?.swaps;
  find("invert").disabled = !ends.every((end) => state.points[end]);
}

function showLines(state, asked) {
  const lines =
    asked === "offer" ? state.unfinished.changes
    : asked === "save" ? (state.changes.length ? changed(state) : state.saved)
    : asked === "all" ? state.changes
    : [];
  find("changes").hidden = !lines.length;
  if (find("changes").textContent !== lines.join("")) find("changes").replaceChildren(...lines.map(line));
  find("throw-away").hidden = !((asked === "save" || asked === "all") && state.changes.length);
  find("put-back").hidden = !((asked === "save" || asked === "all") && state.before?.changes.length);
  find("put-back").title = state.before ? `As before ${state.before.at}` : "";
  find("command").hidden = find("put-back").hidden;
}

/** The changes in words where a point has a name: "Left: 455, was 460". */
function changed(state) {
  return state.changes.map((text) => {
    const point = Object.entries(state.points).find(([, { setting }]) => text.includes(`"${setting}"`) || text.startsWith(`${setting} `));
    if (!point) return text;
    const { value, was } = point[1];
    // A middle without a setting of its own was half-way; it gets one when an end moves.
    return `${TITLES[point[0]]}: ${value}, ${value === was ? "stays where it is" : `was ${was}`}`;
  });
}

function showChip(state, shown) {
  find("chip").hidden = !shown || state.frequency_hz === null;
  find("clock-form").hidden = state.clock_hz === null;
  const clock = state.clock_hz === null ? "" : ` Clock of the PCA9685: ${(state.clock_hz / 1e6).toFixed(3)} MHz.`;
  write(find("chip-note"), `${state.frequency_hz} pulses a second from the next start.${clock}`);
}

function note() {
  const { state } = link;
  if (link.connection !== "open") return "No link to the car: its motor is neutral.";
  if (!state.you) return "Another page is calibrating this car.";
  if (!state.ready) return state.guardian === "boot" ? "No pulses go out yet." : "The motor is neutral.";
  if (state.lapsed) return "Nothing heard for a second: neutral.";
  if (state.guardian !== "run") return state.reason || "Getting ready…";
  if (state.kept) return `Not kept for later: ${state.kept}.`;
  return state.running ? "The motor runs." : "Pulses go out.";
}

function makePoints() {
  for (const point of Object.keys(link.state.points)) {
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
  // A long line breaks before the name of an entry, not within it.
  const [family, ...entry] = text.split(/(?<=\[)/);
  item.append(family, ...(entry.length ? [document.createElement("wbr"), entry.join("")] : []));
  return item;
}

function us(value) {
  return value === null || value === undefined ? "no pulse" : `${Math.round(value)} µs`;
}
