// The drive page: connects the inputs, the car and what is seen of it.

import { Banner, chooseBanner, MOTOR_PATIENCE_S } from "/static/lib/banner.js";
import { DriveLink } from "/static/lib/drive_link.js";
import { FrameCanvas } from "/static/lib/frame_canvas.js";
import { drawIcons } from "/static/lib/icons.js";
import { Inputs } from "/static/lib/inputs.js";
import { drawPilotLine } from "/static/lib/pilot_line.js";
import { Segments } from "/static/lib/segments.js";
import { toast } from "/static/lib/toast.js";
import { showValue } from "/static/lib/value_bar.js";
import { Menu } from "./menu.js";

const NO_PILOT = "No pilot is loaded: start the car with  python manage.py drive --model models/mypilot.keras";
const HAS_THUMBS = matchMedia("(pointer: coarse)").matches;
const NO_CAMERA = "No picture yet. Is CAMERA_TYPE in myconfig.py the camera of this car?";
const NO_RECORDER = "Nothing is recorded: this car was started without a recorder.";
const NO_CAMERA_MS = 6000;
const LIMIT_STEP = 0.05;
const ON_TIME = "How often the car decides, measured";
const EASED = "How often the car decides, measured. It is short of time, and shows fewer pictures until it keeps up";
const EASED_NOTE = "The rate in Hz is red: the car is short of time, and shows fewer pictures until it keeps up.";
// Records reach the disk once a second.
const STUCK_MS = 3000;
const GAMEPAD_BUTTONS = { 0: stop, 1: record, 9: resume };

const find = (id) => document.getElementById(id);
const write = (element, text) => element.textContent !== text && (element.textContent = text);
const isSelfDriving = (state) => state.driveMode !== undefined && state.driveMode !== "user";

drawIcons();

const inputs = new Inputs({
  pad: find("pad"),
  steerPad: find("pad-steer"),
  throttlePad: find("pad-throttle"),
  onRelease: () => link.sendNow(),
  commands: {
    Space: stop,
    Enter: resume,
    KeyR: record,
    Digit1: () => chooseMode("user"),
    Digit2: () => chooseMode("local_angle"),
    Digit3: () => chooseMode("local"),
    "+": () => moveLimit(LIMIT_STEP),
    "=": () => moveLimit(LIMIT_STEP),
    "-": () => moveLimit(-LIMIT_STEP),
    "?": () => menu.open("help"),
    "Shift+Digit1": () => pressOwn("w1"),
    "Shift+Digit2": () => pressOwn("w2"),
    "Shift+Digit3": () => pressOwn("w3"),
    "Shift+Digit4": () => pressOwn("w4"),
    "Shift+Digit5": () => pressOwn("w5"),
  },
});
const link = new DriveLink({
  read: () => inputs.read(link.state.max_throttle ?? 0),
  onChange: showLater,
  onError: (text) => toast(text, { danger: true }),
});
const picture = new FrameCanvas({
  canvas: find("frame"),
  fallback: find("frame-fallback"),
  clockOffsetS: () => link.clockOffsetS,
  isLinked: () => link.connection === "open",
});
const menu = new Menu({ inputs, onOpen: () => inputs.release(), onButton: pressOwn });
find("rate").parentElement.addEventListener("click", () => toast(link.state.eased ? EASED : ON_TIME));
const modes = new Segments(find("modes"), { onChoose: chooseMode, onRefused: () => toast(whyNoPilot()) });
const banner = new Banner(find("banner"), { onAct: act });

// Not "click": a stop must not wait for the finger to be lifted.
find("stop").addEventListener("pointerdown", stop);
find("stop").addEventListener("click", stop);
find("record").addEventListener("click", record);
find("limit").addEventListener("input", ({ target }) => setLimit(target.valueAsNumber / 100));
document.addEventListener("visibilitychange", () => inputs.release());
// A button that was tapped does not keep the keyboard: Enter is Resume.
document.addEventListener("click", ({ detail, target }) => detail > 0 && target.closest("button")?.blur());
document.addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("resize", () => inputs.release());

setInterval(showLater, 100);

function stop() {
  inputs.release();
  link.stop();
}

function resume() {
  const offer = chooseBanner(link, inputs.held);
  if (offer?.action === "resume" && offer.ready) link.say({ resume: true });
}

function act(action) {
  if (action === "resume") resume();
  if (action === "give") link.say({ give: true });
  if (action === "ask") toast("You asked to drive. The driver has to agree.");
  if (action === "ask" || action === "take") link.take();
}

function mayCommand() {
  if (link.drives) return true;
  toast(link.state.driver === "other" ? "Somebody else drives: you watch." : "No link to the car yet.");
  return false;
}

function record() {
  if (link.state.num_records === null) toast(NO_RECORDER);
  else if (mayCommand()) link.say({ recording: !link.state.recording });
}

/** Why no pilot mode can be chosen, or "". */
function whyNoPilot() {
  return link.state.has_pilot ? (link.state.pilot_note ?? "") : NO_PILOT;
}

function chooseMode(mode) {
  if (mode !== "user" && whyNoPilot()) toast(whyNoPilot());
  else if (mayCommand()) link.say({ drive_mode: mode });
}

function setLimit(limit) {
  const bounded = Math.min(link.state.throttle_ceiling ?? 1, Math.max(LIMIT_STEP, limit));
  if (mayCommand()) link.say({ max_throttle: Math.round(bounded * 100) / 100 });
}

function moveLimit(step) {
  setLimit((link.state.max_throttle ?? 0) + step);
}

function pressOwn(name) {
  if (mayCommand() && link.say({ buttons: { [name]: true } })) toast(`${name} pressed.`);
}

/** Why the pad would not drive now, or "". */
function padHint() {
  if (link.connection !== "open") return "No link";
  if (link.state.driver === "other") return "Somebody else drives";
  if (link.state.reason_code) return link.state.driver === "nobody" && !link.wantsToDrive ? "Nobody drives" : "Waiting for Resume";
  if (motorOffS() > MOTOR_PATIENCE_S) return "The motor waits";
  return link.state.driveMode === "local" ? "The pilot drives" : "";
}

let frame = 0;

/** Draw once per picture of the screen, however many messages came in between. */
function showLater() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    show();
  });
}

function show() {
  for (const button of inputs.newPresses()) GAMEPAD_BUTTONS[button]?.();
  const { state } = link;
  const name = state.car_name || "Donkey car";
  write(find("car"), name);
  if (document.title !== name) document.title = name;
  showLink();
  showRate();
  menu.showPaired(state.num_paired, state.auth);
  write(find("records"), state.num_records === null ? "–" : String(state.num_records ?? 0));
  find("records").parentElement.title = state.num_records ? "Records safely on the car's disk" : "No records yet: drive and press Record";
  find("open-mode").hidden = state.auth !== "none";
  find("power-note").hidden = !state.power_reason;
  write(find("power-note"), state.power_reason ?? "");
  showPicture();
  banner.show(chooseBanner(link, inputs.held, motorOffS(), inputs.waits()));
  showControls();
}

/** For how many seconds the motor has not followed though the driver may drive. */
function motorOffS() {
  const { drivetrain_reason: why, reason_code: stopped } = link.state;
  if (!why || stopped) motorOffS.sinceMs = undefined;
  else motorOffS.sinceMs ??= performance.now();
  return motorOffS.sinceMs === undefined ? 0 : (performance.now() - motorOffS.sinceMs) / 1000;
}

function showLink() {
  const place = find("link");
  place.dataset.state = link.connection;
  const latency = link.latencyMs === undefined ? "…" : `${Math.round(link.latencyMs)} ms`;
  write(place.querySelector(".value"), link.connection === "open" ? latency : "no link");
}

function showRate() {
  const { state } = link;
  const place = find("rate");
  write(place, link.connection === "open" && state.loop_hz ? state.loop_hz.toFixed(innerWidth < 400 ? 0 : 1) : "–");
  place.parentElement.dataset.state = state.eased ? "eased" : "";
  place.parentElement.title = state.eased ? EASED : ON_TIME;
  // A phone shows no title: the menu says it, and so does a tap.
  find("rate-note").hidden = !state.eased;
  write(find("rate-note").firstElementChild, EASED_NOTE);
}

/** How old frames are when the car has them; once it is known, when their orders go to the wheels. */
function age(state) {
  const [camera, p50, p99] = [state.camera_age_s, state.wheel_age_p50_s, state.wheel_age_p99_s].map((seconds) => Math.round(1000 * seconds));
  if (typeof state.wheel_age_p50_s !== "number") return `The camera is ${camera} ms old`;
  return `Camera to wheels: ${p50} ms (p99 ${p99} ms)`;
}

function showPicture() {
  const { state } = link;
  const place = find("picture");
  const condition = link.connection === "lost" && picture.condition === "live" ? "stale" : picture.condition;
  place.dataset.state = condition;
  // The banner says it, and lies over the note of a phone on its side.
  if (link.connection === "lost" && condition === "waiting") write(find("picture-note"), "");
  else if (picture.full) write(find("picture-note"), picture.full);
  else if (condition === "waiting") write(find("picture-note"), performance.now() < NO_CAMERA_MS ? "Waiting for the camera…" : NO_CAMERA);
  else if (condition === "stale") write(find("picture-note"), `Picture is ${(picture.ageS ?? 0).toFixed(1)} s old`);
  find("camera-age").hidden = condition !== "live" || typeof state.camera_age_s !== "number";
  if (!find("camera-age").hidden) write(find("camera-age"), age(state));
  showValue(find("steering"), link.connection === "open" ? state.angle : 0);
  showValue(find("throttle"), link.connection === "open" ? state.throttle : 0);
  drawPilotLine(find("overlay"), isSelfDriving(state) && condition === "live" ? (state.pilot_angle ?? undefined) : undefined);
}

/** Why nothing is recorded though recording is on, or "". */
function whyNotRecorded(state, stuck) {
  if (!state.recording) return "";
  if (state.num_records === null) return NO_RECORDER;
  return state.recorder_reason || (stuck ? state.recorder_status : "");
}

/** Recording is what the disk confirms; why it does not stays to be read for as long as that is so. */
function showRecorder() {
  const { state } = link;
  const isFirst = showRecorder.count === undefined;
  if (!state.recording || (state.num_records !== showRecorder.count && !isFirst)) showRecorder.grewMs = performance.now();
  showRecorder.count = state.num_records;
  const stuck = Boolean(state.recorder_status) && performance.now() - (showRecorder.grewMs ?? -STUCK_MS) > STUCK_MS;
  const whyNot = whyNotRecorded(state, stuck);
  write(find("record").querySelector(".label"), !state.recording ? "Record" : whyNot ? "Not recording" : "Recording");
  find("record").classList.toggle("stuck", whyNot !== "");
  const note = state.recording ? whyNot || state.recorder_status || "" : "";
  write(find("recorder-note"), note);
  find("recorder-note").hidden = note === "";
  find("recorder-note").classList.toggle("calm", !state.recorder_status);
  if (!state.recording && state.recorder_status && state.recorder_status !== showRecorder.said) toast(state.recorder_status, { danger: true });
  showRecorder.said = state.recorder_status;
}

function showControls() {
  const { state } = link;
  modes.show(state.driveMode ?? "user");
  const missing = state.has_pilot ? "loading" : "no pilot";
  for (const mode of ["local_angle", "local"]) modes.disable(mode, whyNoPilot(), missing);
  find("record").setAttribute("aria-pressed", String(state.recording === true));
  showRecorder();
  const limit = Math.round((state.max_throttle ?? 0) * 100);
  write(find("limit-value"), String(limit));
  find("limit").max = Math.round((state.throttle_ceiling ?? 1) * 100);
  if (document.activeElement !== find("limit") || !find("limit").matches(":active")) find("limit").value = limit;
  find("stop").dataset.state = link.stopping ? "asking" : "";
  const hint = padHint();
  write(find("pad-hint"), hint || (HAS_THUMBS ? "Put a thumb here to drive" : "Drag here, or use the arrow keys"));
  find("pads").classList.toggle("off", hint !== "");
}
