"""Topics of a drive in Foxglove, and the schemas of their messages.

A recording and a car that drives use the same ones, so one layout shows both.
"""

from pathlib import Path
from typing import Any

CAMERA = "/camera"
CONTROL = "/control"
PILOTS = "/pilots"
AGES = "/ages"
STATE = "/state"
LOG = "/log"
COLUMNS = "/columns"

# To be imported in Foxglove: it shows these topics.
LAYOUT = Path(__file__).with_name("layout.json")

# Whose command it is -> topic. "final" is what goes to the wheels.
SOURCES = ("user", "pilot", "final")


def control_topic(source: str) -> str:
    """Topic of the commands of one of `SOURCES`."""
    return f"{CONTROL}/{source}"


def pilot_topic(number: int) -> str:
    """Topic of the answers of a pilot that was asked for an export; counted from 1.

    A number, because a layout cannot know names; the messages have the name.
    """
    return f"{PILOTS}/{number}"


def column_topic(column: str) -> str:
    """Topic of a column of the tub that has no other one."""
    return f"{COLUMNS}/{column}"


def _schema(title: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "type": "object", "properties": properties}


_NUMBER: dict[str, Any] = {"type": "number"}
_TEXT: dict[str, Any] = {"type": "string"}

COMMAND_SCHEMA = _schema(
    "donkeycar.Command",
    angle={**_NUMBER, "description": "steering, -1 left to +1 right"},
    throttle={**_NUMBER, "description": "-1 reverse to +1 forward"},
    name={**_TEXT, "description": "name of the pilot"},
)
AGES_SCHEMA = _schema(
    "donkeycar.Ages",
    camera_to_wheel_s={
        **_NUMBER, "description": "how old the frame behind the newest order was when it was sent"
    },
    camera_to_wheel_p50_s={**_NUMBER, "description": "median of these ages in half a minute"},
    camera_to_wheel_p99_s={**_NUMBER, "description": "99 % of them were at most this"},
    camera_s={**_NUMBER, "description": "how old frames are when the car gets them"},
    frame_interval_s={**_NUMBER, "description": "from the exposure of a frame to the next one"},
    exposed_s={**_NUMBER, "description": "exposure in seconds on the car's own clock"},
)  # fmt: skip
STATE_SCHEMA = _schema(
    "donkeycar.State",
    mode={**_TEXT, "description": "user, local_angle (the pilot steers) or local (it drives)"},
    stop_reason={**_TEXT, "description": "why the car does not drive; empty if it does"},
    drivetrain={**_TEXT, "description": "what the guardian of the motor does"},
    recording={"type": "boolean"},
    record={"type": "integer", "description": "index of the record in its tub"},
    deleted={"type": "boolean", "description": "whether the record is marked as deleted"},
    session=_TEXT,
    tub=_TEXT,
    recorded_ms={**_NUMBER, "description": "the clock's own time of the record"},
)


def column_schema(kind: str) -> dict[str, Any]:
    """Schema of a column of the tub.

    Args:
        kind: ``"number"``, ``"boolean"``, ``"string"`` or ``"array"``, a list of numbers.
    """
    value: dict[str, Any] = {"type": kind}
    if kind == "array":
        value["items"] = _NUMBER
    return _schema(f"donkeycar.{kind.capitalize()}", value=value)
