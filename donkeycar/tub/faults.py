"""Table of the faults of a tub: what each is, and what mends it.

`check` and `repair` search with the same code: `check` runs `repair` without writing. A row of the
table says whether a fault is damage or only a remark, and whether `donkey tub repair` or the owner
must mend it.
"""

import enum
from dataclasses import dataclass
from pathlib import Path

from donkeycar import commands


class Mend(enum.Enum):
    """Who mends a fault."""

    REPAIR = "repair"
    OWNER = "owner"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    Attributes:
        is_damage: Whether something is lost or in danger; otherwise it is a remark.
        mend: Who mends it.
        advice: What the owner must do, if the owner must mend it; ``{tub}`` is the tub's folder,
            ``{accept}`` the command that accepts the loss.
    """

    is_damage: bool
    mend: Mend
    advice: str = ""


LOST_FOR_GOOD = "if that is lost for good: {accept}"

KINDS = {
    # Faults that repair mends.
    "manifest": Kind(True, Mend.REPAIR),
    "not an ordinary file": Kind(True, Mend.REPAIR),
    "unreadable line": Kind(True, Mend.REPAIR),
    "bad image": Kind(True, Mend.REPAIR),
    "image is back": Kind(True, Mend.REPAIR),
    "no number": Kind(True, Mend.REPAIR),
    "number is back": Kind(True, Mend.REPAIR),
    # Faults that the owner mends: repair would treat missing files as lost.
    "absent catalog": Kind(True, Mend.OWNER, f"copy it into {{tub}}; {LOST_FOR_GOOD}"),
    "images absent": Kind(True, Mend.OWNER, f"copy images/ into {{tub}}; {LOST_FOR_GOOD}"),
    "images unreadable": Kind(
        True, Mend.OWNER, f"copy images/ into {{tub}} again; {LOST_FOR_GOOD}"
    ),
    "numbers absent": Kind(
        True,
        Mend.OWNER,
        f"look at what recorded it, because no pilot can learn from it; {LOST_FOR_GOOD}",
    ),
    "unreadable file": Kind(True, Mend.OWNER, "check the disk, and who may read {tub}"),
    "recovered is not a folder": Kind(True, Mend.OWNER, "move {tub}/recovered away"),
    "file of format v1": Kind(
        True,
        Mend.OWNER,
        "copy it into {tub} again, or remove it: every command skips it",
    ),
    # Remarks.
    "unknown type": Kind(False, Mend.NOBODY),
    "no meta.json": Kind(False, Mend.NOBODY),
    "file beside a catalog": Kind(False, Mend.NOBODY),
    "empty catalog": Kind(False, Mend.NOBODY),
    "shared index": Kind(False, Mend.NOBODY),
    "marked": Kind(False, Mend.NOBODY),
    "all deleted": Kind(False, Mend.NOBODY),
    "orphan images": Kind(False, Mend.NOBODY),
    "several sizes": Kind(False, Mend.NOBODY),
    "clock": Kind(False, Mend.NOBODY),
    "vectors": Kind(False, Mend.NOBODY),
    "out of place": Kind(False, Mend.NOBODY),
}


@dataclass(frozen=True)
class Fault:
    """One fault of a tub, or a remark.

    Attributes:
        name: Its kind, a key of `KINDS`.
        what: What `check` says.
        done: The sentence about what `repair` did; "" if another fault's sentence covers it.
    """

    name: str
    what: str
    done: str = ""

    @property
    def kind(self) -> Kind:
        """Its row of the table."""
        return KINDS[self.name]

    def advice(self, tub: Path) -> str:
        """What the owner of the tub must do about it."""
        accept = commands.donkey("tub", "repair", "--accept-loss", tub)
        return self.kind.advice.format(tub=tub, accept=accept)

    def __str__(self) -> str:
        return self.what
