"""A trace: what every channel of a car held at the end of the time of each record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# A value of a trace: a number, several, a text, or nothing.
Value = float | str | None | tuple[float, ...]


class Place(NamedTuple):
    """One record of a replay.

    Attributes:
        tub: Number of the tub, 0 for the first.
        record: `_index` of the record.
    """

    tub: int
    record: int


class Order(NamedTuple):
    """What the person of a recording did in one record.

    Attributes:
        angle: As recorded; ``None`` if the record holds no number.
        throttle: As `angle`.
    """

    angle: float | None = None
    throttle: float | None = None


# An order of a record without one.
NOT_RECORDED = Order()


class Stop(NamedTuple):
    """A time in which the car did not drive.

    Attributes:
        place: The record at which it began.
        reason: Why, in a sentence.
    """

    place: Place
    reason: str


@dataclass
class Trace:
    """The result of a replay.

    Attributes:
        about: What made it: version, pilot, tubs, drive mode, settings; for a file and for notes.
        places: The records, in their order.
        channels: Values by the name of the channel, as many as there are places.
        stops: When the car did not drive, and why.
        notes: What a person should know, in sentences.
        person: What the person of the recording did in each record; empty in a trace of a file.
        is_person: Whether it is the person of the recording, and no run of a car.
    """

    about: dict[str, Any]
    places: list[Place] = field(default_factory=list)
    channels: dict[str, list[Value]] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    person: list[Order] = field(default_factory=list)
    is_person: bool = False

    @property
    def tubs(self) -> list[str]:
        """Names of the tubs, each its own."""
        return [str(tub.get("name", "")) for tub in self.about.get("tubs", [])]

    def add(self, place: Place, values: Mapping[str, Value], person: Order | None = None) -> None:
        """Append the values of one record; a channel that is new had no value before."""
        self.person.append(person or NOT_RECORDED)
        for name in values:
            if name not in self.channels:
                self.channels[name] = [None] * len(self.places)
        self.places.append(place)
        for name, column in self.channels.items():
            column.append(values.get(name))

    def stop(self, place: Place, reason: str) -> None:
        """Note a stop; of several at one record the last one counts."""
        if self.stops and self.stops[-1].place == place:
            self.stops.pop()
        self.stops.append(Stop(place, reason))

    def say(self, note: str) -> None:
        """Note a sentence, once."""
        if note and note not in self.notes:
            self.notes.append(note)

    def where(self, place: Place) -> str:
        """A record in words; its tub is named if there are several."""
        tubs = self.tubs
        of = f" of {tubs[place.tub]}" if len(tubs) > 1 and place.tub < len(tubs) else ""
        return f"record {place.record}{of}"
