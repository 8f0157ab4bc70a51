// The sheet behind the menu button: inputs, throttle, own buttons, pairing, keys, commands.

import { copyLine } from "/static/lib/copy_line.js";
import { failure } from "/static/lib/failure.js";
import { showPages } from "/static/lib/nav.js";
import { Segments } from "/static/lib/segments.js";
import { toast } from "/static/lib/toast.js";
import { Devices } from "./devices.js";
import { FoxgloveLinks } from "./foxglove.js";

const find = (id) => document.getElementById(id);

const THROTTLE_NOTES = {
  max: "A full stick gives the throttle limit.",
  constant: "While you hold the stick or a key, the throttle is the limit: you only steer.",
};

/** Opens, closes and fills the menu. `onButton(name)` is called for w1 to w5. */
export class Menu {
  constructor({ inputs, onOpen, onButton }) {
    this._inputs = inputs;
    this._sheet = find("menu");
    this._onOpen = onOpen;
    this._choices = new Segments(find("inputs"), {
      onChoose: (name) => this._choose(name),
      onRefused: (name) => toast(inputs.obstacle(name)),
    });
    this._throttle = new Segments(find("throttle-modes"), { onChoose: (name) => this._setThrottle(name) });
    find("menu-open").addEventListener("click", () => (this._sheet.open ? this._sheet.close() : this.open()));
    this._sheet.querySelector("[data-close]").addEventListener("click", () => this._sheet.close());
    addEventListener("keydown", ({ key }) => key === "Escape" && this._sheet.close());
    document.querySelector("main").addEventListener("pointerdown", () => this._sheet.close());
    find("own").addEventListener("click", ({ target }) => target.value && onButton(target.value));
    this._devices = new Devices({ list: find("devices"), note: find("devices-note") });
    this._foxglove = new FoxgloveLinks({
      section: find("foxglove"),
      list: find("foxglove-links"),
      made: find("foxglove-made"),
      make: find("foxglove-make"),
    });
    find("invite").addEventListener("click", () => this._invite());
    showPages(find("pages")).catch(() => {});
    this._showCommands();
    this._showInputs();
    this._setThrottle("max");
  }

  open(section = "") {
    if (!this._sheet.open) {
      this._onOpen();
      this._showInputs();
      // Not modal: the stop button stays in reach.
      this._sheet.show();
      this._loadLinks().catch(() => {});
    }
    if (section) find(section).scrollIntoView();
    else this._sheet.scrollTop = 0;
  }

  async _loadLinks() {
    const told = await this._devices.load();
    if (told.shows_foxglove) await this._foxglove.load();
  }

  async _choose(name) {
    try {
      await this._inputs.choose(name);
    } catch (error) {
      toast(error.message);
    }
    this._showInputs();
  }

  /** Follow how many devices are paired, so that nobody pairs unnoticed. */
  showPaired(count, auth) {
    const more = this._numPaired !== undefined && count > this._numPaired;
    if (more && auth !== "none") toast("Another device was paired: see Menu, Paired devices.");
    if (count !== this._numPaired && this._numPaired !== undefined && this._sheet.open) this._devices.load().catch(() => {});
    this._numPaired = count ?? this._numPaired;
  }

  _showInputs() {
    this._choices.show(this._inputs.choice);
    const obstacles = ["gamepad", "tilt"].map((name) => this._inputs.obstacle(name));
    this._choices.disable("gamepad", obstacles[0]);
    this._choices.disable("tilt", obstacles[1]);
    find("input-note").textContent = [this._inputs.note(), ...obstacles].filter(Boolean).join(" ");
  }

  _setThrottle(name) {
    this._inputs.constant = name === "constant";
    this._throttle.show(name);
    find("throttle-note").textContent = THROTTLE_NOTES[name];
  }

  async _invite() {
    try {
      const answer = await fetch("/invite", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "{}",
      });
      const invitation = await answer.json();
      if (!answer.ok) throw new Error(invitation.error);
      find("invite-code").src = `data:image/svg+xml,${encodeURIComponent(invitation.qr_svg)}`;
      find("invite-link").textContent = invitation.url.split("#")[0];
      find("invite-pin").textContent = invitation.pin;
      find("invitation").hidden = false;
      find("invitation").scrollIntoView({ block: "nearest" });
    } catch (error) {
      toast(`No code for another phone. ${failure(error)}`, { danger: true });
    }
  }

  _showCommands() {
    const post = (message) =>
      `curl -H "Authorization: Bearer TOKEN" -H "Content-Type: application/json" -d '${JSON.stringify(message)}' ${location.origin}/drive`;
    find("commands").append(
      copyLine("Start the car", "python manage.py drive"),
      copyLine("Start it with a pilot", "python manage.py drive --model models/mypilot.keras"),
      copyLine("Train a pilot on the recordings", "python manage.py train --tub data --model models/mypilot.keras"),
      copyLine("Stop the car", post({ stop: true })),
      copyLine("Read its state", post({})),
      copyLine("List the paired devices", "donkey pair list"),
    );
    const note = document.createElement("p");
    note.className = "quiet";
    note.textContent = "TOKEN is the text after the # in the link that the car printed at its start.";
    find("commands").append(note);
  }
}
