"""Bad records: why a repair marks a record as deleted, and the sentences about it.

A missing image may still arrive, because a tub is often copied in pieces. Records that are marked
for their image are therefore stored apart from records that a driver deleted, and the mark is
removed when the image is there. The same applies to an angle or a throttle that is not a number:
Python writes NaN and Infinity into JSON (json, `allow_nan`), one of them ruins a whole training of
donkeycar 5, and only the owner knows the right value.
"""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from donkeycar.json_text import is_number
from donkeycar.tub.faults import Fault
from donkeycar.words import count, count_are, either

ABSENT, UNREADABLE, NO_NUMBER = "absent", "unreadable", "no number"

# The labels: the values that a pilot learns.
LABELS = ("user/angle", "user/throttle")


class Bad(NamedTuple):
    """The fault of a record.

    Attributes:
        reason: `ABSENT` or `UNREADABLE` for its image, or `NO_NUMBER`.
        text: What is wrong.
    """

    reason: str
    text: str


@dataclass(frozen=True)
class Lack:
    """What records can lack, in words.

    Attributes:
        fault: Kind of fault of such a record.
        what: What they lack.
        a, one, many: It, with its article, of one record and of many.
        wrong: How it is wrong.
        mended: Kind of fault of a record that is still marked though it lacks nothing any more.
        step: What their owner does.
    """

    fault: str
    what: str
    a: str
    one: str
    many: str
    wrong: str
    mended: str
    step: str

    def marked(self, number: int) -> str:
        """That so many records were marked."""
        return f"{count(number, 'record')} {self.what} marked as deleted"

    def stay(self, number: int) -> Fault:
        """That so many records were marked before, and with reason."""
        stay = either(number, "stays", "stay")
        its = either(number, "its", "their")
        return Fault(
            "marked",
            f"{count(number, 'record')} {stay} marked as deleted, because {its} {self.one} is "
            f"{self.wrong}",
        )

    def back(self, number: int) -> Fault:
        """That so many records are marked without reason."""
        are = count_are(number, "record")
        theirs = either(number, f"its {self.one} is", f"their {self.many} are")
        return Fault(
            self.mended,
            f"{are} marked as deleted for {self.a} that is there now",
            f"{are} no longer marked as deleted: {theirs} there",
        )


IMAGE = Lack(
    "bad image", "with unreadable images", "an image", "image", "images", "absent or damaged",
    "image is back", "copy the images again, then restore again",
)  # fmt: skip
NUMBER = Lack(
    "no number", "without a number for angle or throttle", "an angle or throttle",
    "angle or throttle", "angles and throttles", "not a number", "number is back",
    "write the number into the catalog, then restore again",
)  # fmt: skip


def lack_of(reason: str) -> Lack:
    """What a record lacks that is bad for `reason`."""
    return NUMBER if reason == NO_NUMBER else IMAGE


def number_wrong_with(record: dict[str, Any]) -> Bad | None:
    """What is wrong with the labels of a record; ``None`` if nothing is.

    A missing number is not wrong: nobody drove then.
    """
    for name in LABELS:
        value = record.get(name)
        is_kind = isinstance(value, int | float) and not isinstance(value, bool)
        if is_kind and not is_number(value):
            return Bad(NO_NUMBER, f"{name} is {json.dumps(value):.20}, which is not a number")
    return None
