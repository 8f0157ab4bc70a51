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
import { WakeLock } from "/static/lib/wake_lock.js";
import { write } from "/static/lib/write.js";
import { FirstContact } from "./first.js";
import { Limit } from "./limit.js";
import { Menu } from "./menu.js";
import { Pilots } from "./pilots.js";
import { explainReadings, showReadings } from "./readings.js";
import { NO_RECORDER, RecordButton } from "./record.js";
import { Ride } from "./ride.js";
import { Tools } from "./tools.js";

const NO_PILOT = "No pilot is loaded: start the car with  python manage.py drive --model models/mypilot.keras";
const HAS_THUMBS = matchMedia("(pointer: coarse)").matches;
const NO_CAMERA = "No picture yet. Is CAMERA_TYPE in myconfig.py the camera of this car?";
const NO_CAMERA_MS = 6000;
const GAMEPAD_BUTTONS = { 0: stop, 1: record, 9: resume };

const find = (id) => document.getElementById(id);
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
    "+": () => limit.move(1),
    "=": () => limit.move(1),
    "-": () => limit.move(-1),
    KeyE: () => tools.act("erase"),
    KeyU: () => tools.act("undo_erase"),
    KeyB: () => tools.act("to_start"),
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
const menu = new Menu({ inputs, onOpen: openMenu, onButton: pressOwn });
const pilots = new Pilots({ onChoose: (name) => mayCommand() && link.say({ pilot: name }) });
const limit = new Limit({ onSet: (value) => mayCommand() && link.say({ max_throttle: value }) });
const recordButton = new RecordButton({ button: find("record"), note: find("recorder-note") });
const firstContact = new FirstContact(find("first"), { hasThumbs: HAS_THUMBS });
const tools = new Tools({ onAct: (name) => mayCommand() && link.say({ [name]: true }) });
const ride = new Ride();
const wakeLock = new WakeLock();
const modes = new Segments(find("modes"), { onChoose: chooseMode, onRefused: () => toast(whyNoPilot()) });
const banner = new Banner(find("banner"), { onAct: act });

// Not "click": a stop must not wait for the finger to be lifted.
find("stop").addEventListener("pointerdown", stop);
find("stop").addEventListener("click", stop);
find("record").addEventListener("click", record);
document.addEventListener("visibilitychange", () => inputs.release());
// A button that was tapped does not keep the keyboard: Enter is Resume.
document.addEventListener("click", ({ detail, target }) => detail > 0 && target.closest("button")?.blur());
document.addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("resize", () => inputs.release());

explainReadings(link);
setInterval(showLater, 100);

function stop() {
  inputs.release();
  link.stop();
}

function openMenu() {
  inputs.release();
  // Who trains meanwhile finds the new pilot in the list.
  if (link.drives && link.state.pilot_name) link.say({ pilot: "" });
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
  showReadings(link);
  menu.showPaired(state.num_paired, state.auth);
  find("open-mode").hidden = state.auth !== "none";
  find("power-note").hidden = !state.power_reason;
  write(find("power-note"), state.power_reason ?? "");
  wakeLock.hold(link.drives && isSelfDriving(state));
  showPicture();
  banner.show(chooseBanner(link, inputs.held, motorOffS(), inputs.waits(), wakeLock.warning));
  showControls();
}

/** For how many seconds the motor has not followed though the driver may drive. */
function motorOffS() {
  const { drivetrain_reason: why, reason_code: stopped } = link.state;
  if (!why || stopped) motorOffS.sinceMs = undefined;
  else motorOffS.sinceMs ??= performance.now();
  return motorOffS.sinceMs === undefined ? 0 : (performance.now() - motorOffS.sinceMs) / 1000;
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

function showControls() {
  const { state } = link;
  modes.show(state.driveMode ?? "user");
  const missing = state.has_pilot ? "loading" : "no pilot";
  for (const mode of ["local_angle", "local"]) modes.disable(mode, whyNoPilot(), missing);
  document.body.dataset.mode = state.driveMode ?? "user";
  recordButton.show(state);
  tools.show(state);
  pilots.show(state);
  ride.show(state);
  limit.show(state.max_throttle, state.throttle_ceiling);
  find("stop").dataset.state = link.stopping ? "asking" : "";
  const hint = padHint();
  write(find("pad-hint"), hint || firstContact.padHint);
  find("pads").classList.toggle("off", hint !== "");
  firstContact.show({ mayDrive: hint === "" && !isSelfDriving(state), throttle: state.throttle ?? 0 });
}
