"""Messages of drivers: each is checked as a whole before any part of it is used.

A message is JSON with any subset of the keys of `CHECKS`. One wrong value makes the car refuse the
whole message, so that it never acts on half of one. Only a stop is obeyed even then.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from donkeycar.driving.drive_mode import MODES

MAX_BYTES = 4096
MAX_KEYS = 32
MAX_DEPTH = 8

# The largest whole number that JavaScript counts exactly.
MAX_COUNT = 2**53

BUTTONS = ("w1", "w2", "w3", "w4", "w5")

# Key of a message -> the action that parts of the car read in the channel ``user/actions``.
ACTIONS = {"erase": "erase_seconds", "undo_erase": "undo_erase", "to_start": "to_start"}

# A name of a file without its folder; "" is none.
PILOT_NAME = re.compile(r"(?!\.)[^/\\\x00-\x1f]{0,100}")

# How many letters of a refused value are sent back.
SHOWN_LETTERS = 40


class MessageError(ValueError):
    """The message is refused.

    Attributes:
        stop: Whether it contains a stop, which is obeyed all the same.
    """

    def __init__(self, rule: str, *, stop: bool = False) -> None:
        super().__init__(rule)
        self.stop = stop


@dataclass(frozen=True, slots=True)
class Message:
    """One checked message; ``None`` is "not said".

    Attributes:
        angle: -1 (left) to +1 (right).
        throttle: -1 to +1.
        drive_mode: One of `MODES`.
        recording: Whether to record.
        buttons: Names out of `BUTTONS`, and whether each was pressed.
        max_throttle: The driver's limit for throttle, 0 to 1.
        seq: The sender's count of its messages.
        echo: The last tick of the car that the sender saw.
        ping: A number to be sent back.
        stop: Stop the car.
        resume: The driver's tap after a stop.
        take: Ask to drive.
        give: Hand the wheel to the client that asked.
        bye: The sender is leaving.
        erase: Erase what was recorded in the last 5 s.
        undo_erase: Take the last erasing back.
        to_start: Put a simulated car back to the start of its track.
        pilot: Name of the pilot to be loaded; "" looks at the pilots of the car again.
    """

    angle: float | None = None
    throttle: float | None = None
    drive_mode: str | None = None
    recording: bool | None = None
    buttons: dict[str, bool] | None = None
    max_throttle: float | None = None
    seq: int | None = None
    echo: int | None = None
    ping: float | None = None
    stop: bool | None = None
    resume: bool | None = None
    take: bool | None = None
    give: bool | None = None
    bye: bool | None = None
    erase: bool | None = None
    undo_erase: bool | None = None
    to_start: bool | None = None
    pilot: str | None = None

    @property
    def actions(self) -> tuple[str, ...]:
        """What other parts of the car are asked to do."""
        pressed = tuple(action for key, action in ACTIONS.items() if getattr(self, key))
        return pressed if self.pilot is None else (*pressed, f"pilot:{self.pilot}")

    @property
    def wants_the_wheel(self) -> bool:
        """Whether the sender drives or asks to drive, and does not only watch."""
        orders = (self.angle, self.throttle, self.drive_mode, self.recording, self.buttons)
        return bool(
            self.take or self.resume or self.actions or self.max_throttle is not None
            or any(order is not None for order in orders)
        )  # fmt: skip

    @property
    def uses_a_control(self) -> bool:
        """Whether the sender moves or chooses something, so that the wheel is in use."""
        choices = (
            self.take, self.resume, self.drive_mode, self.recording, self.max_throttle,
            self.buttons,
        )  # fmt: skip
        return bool(self.angle or self.throttle) or any(choice is not None for choice in choices)


def refuse_impossible(
    message: Message, *, no_pilot: str, throttle_ceiling: float, telemetry: Mapping[str, Any]
) -> None:
    """Refuse a message that asks for something that this car cannot do.

    Args:
        message: The message to check.
        no_pilot: Why a pilot mode cannot be chosen, in a sentence; "" if it can.
        throttle_ceiling: The highest value of the throttle limit.
        telemetry: The values of the car that pages show.

    Raises:
        MessageError: If it asks for a pilot mode, a limit, a pilot, a recorder or a track that this
            car does not have.
    """
    mode, limit = message.drive_mode, message.max_throttle
    if mode not in (None, "user") and no_pilot:
        raise MessageError(f"`drive_mode` must be user. {no_pilot} Received: drive_mode={mode!r}")
    if limit is not None and limit > throttle_ceiling:
        raise MessageError(
            f"`max_throttle` must be at most {throttle_ceiling:g} on this car. "
            f"Received: max_throttle={limit:g}"
        )
    if (message.erase or message.undo_erase) and telemetry.get("num_records") is None:
        raise MessageError("A car that erases needs a recorder. Received: a car without one")
    if message.pilot is not None and not telemetry.get("pilot_name"):
        raise MessageError(
            "`pilot` needs a car that was started with a pilot (--model). "
            f"Received: pilot={message.pilot!r:.{SHOWN_LETTERS}}"
        )
    if message.to_start and telemetry.get("track") is None:
        raise MessageError("`to_start` needs a car in the simulator. Received: another car")


def _refuse(name: str, rule: str, value: object) -> MessageError:
    return MessageError(f"`{name}` must be {rule}. Received: {name}={value!r:.{SHOWN_LETTERS}}")


def _is_number(value: object) -> bool:
    # `True` is an `int` in Python, but a driver who sends it does not mean full throttle.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(low: float, high: float) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        # NaN fails every comparison, so it is refused here as well.
        if not (_is_number(value) and low <= value <= high):
            raise _refuse(name, f"{low:g} to {high:g}", value)

    return check


def _count(name: str, value: Any) -> None:
    if not (_is_number(value) and isinstance(value, int) and 0 <= value <= MAX_COUNT):
        raise _refuse(name, f"a whole number from 0 to {MAX_COUNT}", value)


def _boolean(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise _refuse(name, "true or false", value)


def _mode(name: str, value: Any) -> None:
    if not (isinstance(value, str) and value in MODES):
        raise _refuse(name, f"one of {', '.join(MODES)}", value)


def _pilot(name: str, value: Any) -> None:
    if not (isinstance(value, str) and PILOT_NAME.fullmatch(value)):
        raise _refuse(name, "a name in the folder of pilots", value)


def _buttons(name: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise _refuse(name, "an object such as {'w1': true}", value)
    for button, pressed in value.items():
        if button not in BUTTONS:
            raise _refuse(name, f"named {', '.join(BUTTONS)}", button)
        _boolean(f"buttons.{button}", pressed)


CHECKS: dict[str, Callable[[str, Any], None]] = {
    "angle": _number(-1, 1),
    "throttle": _number(-1, 1),
    "drive_mode": _mode,
    "recording": _boolean,
    "buttons": _buttons,
    "max_throttle": _number(0, 1),
    "seq": _count,
    "echo": _count,
    "ping": _number(-MAX_COUNT, MAX_COUNT),
    "stop": _boolean,
    "resume": _boolean,
    "take": _boolean,
    "give": _boolean,
    "bye": _boolean,
    **dict.fromkeys(ACTIONS, _boolean),
    "pilot": _pilot,
}


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object of a message; refuse a key that appears twice, as it would be ambiguous."""
    if len(pairs) > MAX_KEYS:
        raise MessageError(f"A message must have at most {MAX_KEYS} keys. Received: {len(pairs)}")
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MessageError("Every key must be there once. Received: a key twice")
    return fields


def _not_json(value: object) -> Any:
    raise MessageError(f"A number must be finite. Received: {value!r:.{SHOWN_LETTERS}}")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _not_json(digits)


def _decode(text: str | bytes) -> Any:
    if len(text) > MAX_BYTES:
        raise MessageError(
            f"A message must be at most {MAX_BYTES} bytes. Received: {len(text)} bytes"
        )
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError as error:
            raise MessageError("A message must be UTF-8. Received: other bytes") from error
    # Brackets inside strings count too: no key and no value of a message contains one.
    if text.count("[") + text.count("{") > MAX_DEPTH:
        raise MessageError(f"A message must be at most {MAX_DEPTH} deep. Received: more brackets")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_constant=_not_json, parse_float=_finite
        )
    except MessageError:
        raise
    except ValueError as error:
        raise MessageError(
            f"A message must be JSON. Received: {text!r:.{SHOWN_LETTERS}}"
        ) from error


def parse_message(text: str | bytes) -> Message:
    """Check one message of a driver.

    Args:
        text: The message as received, JSON.

    Returns:
        The message, every value of it in range.

    Raises:
        MessageError: If anything in it is wrong; the text says what is wrong, and may be sent back.
    """
    fields = _decode(text)
    if not isinstance(fields, dict):
        raise MessageError(f"A message must be an object. Received: {fields!r:.{SHOWN_LETTERS}}")
    stop = fields.get("stop") is True
    for name, value in fields.items():
        check = CHECKS.get(name)
        try:
            if check is None:
                raise _refuse("key", f"one of {', '.join(CHECKS)}", name)
            check(name, value)
        except MessageError as error:
            error.stop = stop
            raise
    return Message(**fields)
