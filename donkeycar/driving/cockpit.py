"""Cockpit: takes the messages and offers of all drivers, and gives one order and their state.

It holds one wheel, one stop, one drive mode, one recording switch and one throttle limit for pages,
gamepads and remote controls. Messages arrive in the thread of the console, offers in the thread of
the drive loop, and news that cannot wait for the loop in the thread that reads the device. Values
that the loop reads of `Cockpit` are replaced as a whole, so that reading them needs no lock.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from donkeycar.driving import driver_link as link
from donkeycar.driving.arbiter import MODE_WISHES, PASSED_ON, Arbiter, Offer, next_mode
from donkeycar.driving.client import Client
from donkeycar.driving.drive_mode import MODES
from donkeycar.driving.driver_link import DriverLink, Order
from donkeycar.driving.lease import DriverLease
from donkeycar.driving.message import BUTTONS, Message, refuse_impossible
from donkeycar.driving.reasons import HELD, NO_PILOT, reason_for
from donkeycar.driving.telemetry import shown
from donkeycar.driving.throttle_limit import ThrottleLimit
from donkeycar.errors import ConfigError
from donkeycar.timing import Clock, RealClock

# How many presses of a client are kept until the next tick of the loop takes them.
MAX_PRESSES = 16


class Cockpit:
    """The state that drivers share.

    Args:
        mode: The drive mode at the start. A pilot mode waits for Resume first.
        throttle_ceiling: The highest value of `max_throttle`, 0 to 1.
        max_throttle: Its first value; ``None`` is the ceiling.
        has_pilot: Whether pilot modes can be chosen.
        pilot_note: Why they cannot be chosen yet; "" if they can.
        car_name: Shown on the page.
        life_s: How long an order is valid after its heartbeat, 0.1 to 1 s.
        halt: Stops the motor at once, in the thread that hears the stop, before the loop reads
            `order` at its next tick: `Vehicle.halt`.
        clock: Source of time.

    Attributes:
        car_name: The name that pages show.
        gamepad: The client whose offers are those of a gamepad.
        rc: The client whose offers are those of a remote control.
        telemetry: The values of the car that the pages show, see `telemetry.shown`.

    Raises:
        ConfigError: If an argument is out of range.
    """

    def __init__(
        self,
        *,
        mode: str = "user",
        throttle_ceiling: float = 1.0,
        has_pilot: bool = False,
        car_name: str = "donkeycar",
        pilot_note: str = "",
        max_throttle: float | None = None,
        life_s: float = link.ORDER_LIFE_S,
        halt: Callable[[], object] = lambda: None,
        clock: Clock | None = None,
    ) -> None:
        if mode not in MODES:
            raise ConfigError(f"`mode` must be one of {', '.join(MODES)}. Received: mode={mode!r}")
        self._clock: Clock = RealClock() if clock is None else clock
        self._lock = threading.RLock()
        self._lease = DriverLease(clock=self._clock)
        self._arbiter = Arbiter(self._lease, clock=self._clock)
        latch = link.FREE if mode == "user" else link.START
        self._link = DriverLink(life_s=life_s, latch=latch, clock=self._clock)
        self.order: Order = self._link.order
        self.mode = mode
        self.recording = False
        self._limit = ThrottleLimit(throttle_ceiling, max_throttle)
        self.pressed: deque[str] = deque(maxlen=MAX_PRESSES)
        self.actions: deque[str] = deque(maxlen=MAX_PRESSES)
        self.telemetry = shown({})
        self.has_pilot = has_pilot
        self.pilot_note = pilot_note
        self.gamepad = Client("gamepad", kind="gamepad")
        self.rc = Client("rc", kind="rc")
        self._notes: dict[str, str] = {}
        self._halt = halt
        self.car_name = car_name

    @property
    def source(self) -> str:
        """Kind of the driver: ``"web"``, ``"gamepad"``, ``"rc"`` or ``"none"``."""
        with self._lock:
            return self._arbiter.kind

    @property
    def max_throttle(self) -> float:
        """The driver's limit for throttle, 0 to 1."""
        return self._limit.value

    @property
    def unready(self) -> str:
        """Why a Resume does not count yet: nobody expects a car that drives off later."""
        return "" if self.mode == "user" else self.pilot_note

    def issue_tick(self) -> int:
        """Number a new round of state messages."""
        with self._lock:
            return self._link.issue_tick()

    def handle(self, client: Client, message: Message, *, replaced: bool = False) -> dict[str, Any]:
        """Obey a checked message, as far as its sender is allowed to order it.

        Args:
            client: Its sender.
            message: Its content.
            replaced: Whether a newer connection of the same client has replaced the one it came by;
                then only a stop and a throttle of zero count.

        Returns:
            The immediate answer, often empty.

        Raises:
            MessageError: If the message asks for something that this car cannot do. Then only a
                stop in it was obeyed.
        """
        with self._lock:
            return self._handle(client, message, replaced=replaced)

    def take(self, client: Client, offer: Offer) -> None:
        """Apply the offer of a gamepad or remote control, as far as allowed. Call it every tick.

        Args:
            client: The device that makes the offer.
            offer: What it would do. An expired offer means that the device is gone: if it drove,
                the car waits for Resume.
        """
        with self._lock:
            self._take(client, offer)
            self.order = self._link.order

    def hear(self, client: Client, news: str) -> None:
        """Act on news that cannot wait for the next offer of `client`, which may repeat it.

        Args:
            client: A gamepad or a remote control.
            news: An action that was pressed (only stops are obeyed here), or `link.GONE`.
        """
        with self._lock:
            if news == link.GONE:
                self._lose(client)
            elif self._stops(news):
                self.stop()

    def _handle(self, client: Client, message: Message, *, replaced: bool) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        if message.stop:
            self.stop()
            answer["stop_ack"] = True if message.seq is None else message.seq
        if message.ping is not None:
            answer["pong"] = message.ping
        if message.bye and not replaced:
            self.leave(client)
        elif not replaced and client.is_current(message, is_fresh=self._link.is_fresh):
            answer |= self._apply(client, message)
        elif message.throttle == 0.0 and self._lease.holder == client.name:
            # A late or repeated message can only reduce the throttle, and that is always right.
            self._link.let_go()
        self.order = self._link.order
        return answer

    def reconnect(self, client: Client) -> None:
        """Start counting a client's messages again, because it has a new connection."""
        with self._lock:
            client.next_seq = 0

    def stop(self) -> None:
        """Stop the car, whoever asks for it, and end the pilot's turn."""
        with self._lock:
            self.mode = "user"
            self._latch(link.STOPPED)

    def hold(self, why: str) -> None:
        """Have the car wait for Resume, for the reason `why`, if somebody drives it."""
        with self._lock:
            if self._lease.holder is not None and self._link.order.latch in (link.FREE, link.LOST):
                self._latch(why)

    def leave(self, client: Client, why: str = link.LEFT) -> None:
        """Forget a client; if it drove, the car waits for Resume, for the reason `why`."""
        with self._lock:
            if self._lease.release(client.name):
                self._link.change_driver()
                self._latch(why)

    def state(self, client: Client) -> dict[str, Any]:
        """Everything that the page of `client` shows, under the names of the protocol."""
        with self._lock:
            self.order = self._link.order
            now_s = self._clock.monotonic()
            _, _, _, code = self.order.at(now_s)
            since_s = self.order.beat_s if code == link.SILENT else self.order.latched_s
            holder = self._lease.holder
            driver = "nobody" if holder is None else "you" if holder == client.name else "other"
            missing = self.unready or self._link.missing()
            return {
                "driveMode": self.mode,
                "recording": self.recording,
                **self.telemetry,
                "pilot_note": self.pilot_note,
                "has_pilot": self.has_pilot,
                "max_throttle": self.max_throttle,
                "throttle_ceiling": self._limit.ceiling,
                "reason": reason_for(code, self.unready),
                "reason_code": code,
                "reason_age_s": None if since_s is None else round(now_s - since_s, 1),
                "can_resume": bool(self.order.latch) and driver == "you" and not missing,
                "driver": driver,
                "source": self._arbiter.kind,
                "you_drive": driver == "you",
                "asked": driver == "you" and self._lease.asker is not None,
                "car_name": self.car_name,
                "controller_note": self._note(client),
            }

    def _note(self, client: Client) -> str:
        """Why the driver's throttle does nothing; while nobody drives, why another one does not."""
        if client.must_let_go and self._lease.holder == client.name:
            return HELD
        # An open page still holds the wheel when its driver picks up the gamepad.
        stands = not (self.order.angle or self.order.throttle)
        told = [note for name, note in self._notes.items() if stands or name == self._lease.holder]
        return next(filter(None, told), "")

    def _apply(self, client: Client, message: Message) -> dict[str, Any]:
        pilot, told = self.pilot_note if self.has_pilot else NO_PILOT, self.telemetry
        limit = self._limit.ceiling
        refuse_impossible(message, no_pilot=pilot, throttle_ceiling=limit, telemetry=told)
        held_before = self._lease.holder == client.name
        drives = self._claim(client, wants=message.wants_the_wheel, in_use=message.uses_a_control)
        throttle = message.throttle
        if throttle is not None:
            now_s = self._clock.monotonic()
            throttle = client.push(throttle, now_s, drives=drives, drove=held_before)
        if not drives:
            if message.take:
                self._lease.ask(client.name)
            return {}
        self._link.beat(angle=message.angle, throttle=throttle, echoed=message.echo is not None)
        if message.give and self._lease.give(client.name):
            self._link.change_driver()
            self._latch(link.HANDED_OVER)
            return {}
        self._store(message)
        resumes = message.resume and self.order.latch
        missing = (self.unready or self._link.resume()) if resumes else ""
        return {"error": missing} if missing else {}

    def _claim(self, client: Client, *, wants: bool, in_use: bool) -> bool:
        """Whether `client` holds the wheel; anyone who wants a free wheel gets it."""
        before = self._lease.holder
        drives = self._arbiter.claim(client.name, client.kind, wants=wants, in_use=in_use)
        if drives and before != client.name:
            self._link.change_driver()
            if before is not None:
                # The pilot drove under the eyes of another driver.
                self.mode = "user"
        return drives

    def _take(self, client: Client, offer: Offer) -> None:
        now_s = self._clock.monotonic()
        self._notes[client.name] = offer.note_at(now_s)
        if any(self._stops(action) for action in offer.actions):
            self.stop()
        if not offer.holds(now_s):
            self._lose(client)
            return
        in_use = offer.moved or offer.throttle != 0.0
        mode_before = self.mode
        drives = self._claim(client, wants=offer.moved or client.drove, in_use=in_use)
        client.drove = False
        throttle = client.push(offer.throttle, now_s, drives=drives)
        if not drives:
            return
        if client.must_let_go:
            self._notes[client.name] = HELD
        self._link.beat(angle=offer.angle, throttle=throttle, echoed=True)
        if "stop" not in offer.actions:
            is_done = self.mode != mode_before  # by taking the wheel from the pilot
            for action in offer.actions:
                if not (is_done and action == "mode"):
                    self._do(client, action)
        self._resume_by(client, now_s)
        wanted = client.switches_recording(offer.recording, may_drive=not self._link.order.latch)
        self.recording = self.recording if wanted is None else wanted

    def _resume_by(self, client: Client, now_s: float) -> None:
        """Drive on after a press of resume; many remote controls have no button for it.

        For them, sticks at rest for a moment are enough, and the person drives: a pilot that drives
        off by itself when the radio is back would surprise a person near the car.
        """
        latch = self._link.order.latch
        if latch and client.resume_until_s > now_s:
            self._link.resume()
        elif client.kind == "rc" and latch in link.RC_RESUMES and not self._link.resume():
            self.mode = "user"

    def _stops(self, action: str) -> bool:
        return action == "stop" or (action == "erase_or_stop" and self.mode != "user")

    def _lose(self, client: Client) -> None:
        client.drove |= self._lease.holder == client.name
        client.records = None
        self.leave(client, link.GONE)

    def _latch(self, why: str) -> None:
        """Make the car wait for Resume: the motor at once, the loop from its next tick."""
        self._link.stop(why)
        self.order = self._link.order
        self._halt()

    def _do(self, client: Client, action: str) -> None:
        if action in MODE_WISHES:
            can_choose = self.has_pilot and not self.pilot_note
            self.mode = next_mode(self.mode, MODE_WISHES[action], has_pilot=can_choose)
        elif action in BUTTONS:
            self.pressed.append(action)
        elif action in PASSED_ON:
            self.actions.append(action)
        elif action == "erase_or_stop" and self.mode == "user" and not self._link.order.latch:
            self.actions.append("erase")
        elif action == "record":
            self.recording = not self.recording
        elif action in ("limit_up", "limit_down"):
            self._limit.step(up=action == "limit_up")
        elif action == "resume" and not self.unready:
            client.press_resume(self._clock.monotonic())

    def _store(self, message: Message) -> None:
        if message.drive_mode is not None and not message.stop:
            self.mode = message.drive_mode
        if message.recording is not None:
            self.recording = message.recording
        if message.max_throttle is not None:
            self._limit.value = message.max_throttle
        self.actions.extend(message.actions)
        self.pressed.extend(name for name in BUTTONS if (message.buttons or {}).get(name))
