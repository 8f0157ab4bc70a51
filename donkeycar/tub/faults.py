"""Table of the faults of a tub: how each is recognised, and what mends it.

`check` and `repair` search with the same code: `check` runs `repair` without writing. A row of the
table says whether a fault is damage or only a remark, and whether `donkey tub repair` or the owner
must mend it. docs/tub.md shows the table; a test compares them.
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
        mend: Who mends it; it is a remark if nobody has to.
        recognised: How it is recognised.
        outcome: What a repair does; or what the owner does, as a sentence.
        advice: The owner's step as `check` says it; ``{tub}`` is the tub's folder, ``{accept}`` the
            command that accepts the loss.
    """

    mend: Mend
    recognised: str
    outcome: str
    advice: str = ""

    @property
    def is_damage(self) -> bool:
        """Whether something is lost or in danger; otherwise it is a remark."""
        return self.mend is not Mend.NOBODY


LOST_FOR_GOOD = "if that is lost for good: {accept}"
REPAIR, OWNER, NOBODY = Mend.REPAIR, Mend.OWNER, Mend.NOBODY
NOTHING = "Nothing has to be done."

KINDS = {
    # Faults that repair mends.
    "manifest": Kind(
        REPAIR,
        "`manifest.json` is missing, is not five lines of JSON, or lists what is no catalog",
        "makes it again from the catalogs; lines of it that can be read stay",
    ),
    "not an ordinary file": Kind(
        REPAIR,
        "a link, a pipe or a folder has the name of a catalog, or it is larger than 256 MB",
        "moves it to `recovered/`",
    ),
    "unreadable line": Kind(
        REPAIR,
        "a line is cut off, empty, zeros, no JSON, longer than 1 MB, or has no usable `_index`",
        "moves it to `recovered/`; the other lines keep their places",
    ),
    "no line end": Kind(
        REPAIR,
        "the last line of a catalog has no line end: donkeycar 5 would write the next record into "
        "it, and lose both",
        "adds the line end",
    ),
    "bad image": Kind(
        REPAIR,
        "some records name an image that is missing, empty, too large or cannot be decoded",
        "marks these records as deleted",
    ),
    "image of another name": Kind(
        REPAIR,
        "records name an image by a folder of another computer, as `.JPG` or as `.jpeg`, and "
        "`images/` holds it under its own name",
        "writes the name of the file into these records",
    ),
    "image is back": Kind(
        REPAIR, "a repair marked a record, and its image is there now", "removes the mark"
    ),
    "no number": Kind(
        REPAIR,
        "angle or throttle of some records is NaN or infinite: one of them ruins a whole training "
        "of donkeycar 5",
        "marks these records as deleted",
    ),
    "number is back": Kind(
        REPAIR, "a repair marked a record, and its angle or throttle is a number now",
        "removes the mark",
    ),
    # Faults that the owner mends: repair would treat missing files as lost.
    "absent catalog": Kind(
        OWNER,
        "`manifest.json` lists a catalog that is not there, or that is empty but held records",
        "Copy it. If it is lost for good: `repair --accept-loss`.",
        f"copy it into {{tub}}; {LOST_FOR_GOOD}",
    ),
    "images absent": Kind(
        OWNER,
        "most images are not there: they were not copied yet",
        "Copy `images/`. If it is lost for good: `repair --accept-loss`.",
        f"copy images/ into {{tub}}; {LOST_FOR_GOOD}",
    ),
    "images unreadable": Kind(
        OWNER,
        "most images are there, but cannot be decoded, e.g. pointers of git LFS",
        "Copy `images/` again. If they are lost for good: `repair --accept-loss`.",
        f"copy images/ into {{tub}} again; {LOST_FOR_GOOD}",
    ),
    "numbers absent": Kind(
        OWNER,
        "most records have NaN or infinity as angle or throttle",
        "Look at what recorded them. `repair --accept-loss` marks them.",
        f"look at what recorded it, because no pilot can learn from it; {LOST_FOR_GOOD}",
    ),
    "unreadable file": Kind(
        OWNER,
        "the system does not let a catalog be read",
        "Check the disk, and who may read the tub.",
        "check the disk, and who may read {tub}",
    ),
    "recovered is not a folder": Kind(
        OWNER,
        "a link or a file has the name `recovered`, or a folder of the tub leads out of it",
        "Move it away.",
        "move {tub}/recovered away",
    ),
    "file of format v1": Kind(
        OWNER,
        "a file of a tub of format v1 is no JSON, its image cannot be read, or its angle is NaN",
        "Copy it again, or remove it: every command skips it.",
        "copy it into {tub} again, or remove it: every command skips it",
    ),
    # Remarks.
    "unknown type": Kind(
        NOBODY, "a column has a type that does not exist; the type is guessed", NOTHING
    ),
    "no meta.json": Kind(NOBODY, "a tub of format v1 has no `meta.json`", NOTHING),
    "file beside a catalog": Kind(
        NOBODY, "a `catalog_manifest` does not fit its catalog; a repair makes it again", NOTHING
    ),
    "empty catalog": Kind(NOBODY, "a catalog is empty, and nothing is missing there", NOTHING),
    "catalog of another name": Kind(
        NOBODY, "a `.catalog` is not called `catalog_N.catalog`: no command reads it",
        "Rename it to `catalog_N.catalog`, with the next free number, if its records belong here.",
    ),
    "shared index": Kind(
        NOBODY, "two records have one `_index`: the later one counts, its image replaced the other",
        NOTHING,
    ),
    "marked": Kind(
        NOBODY, "a repair marked records, and their images or numbers are still bad", NOTHING
    ),
    "all deleted": Kind(
        NOBODY, "every record is deleted", "`donkey tub restore` takes them back, if you like."
    ),
    "orphan images": Kind(NOBODY, "images belong to no record", NOTHING),
    "several sizes": Kind(NOBODY, "one column has images of two sizes", NOTHING),
    "several kinds": Kind(NOBODY, "one column has grey images and images in colour", NOTHING),
    "clock": Kind(NOBODY, "`_timestamp_ms` runs backwards: the clock was set", NOTHING),
    "vectors": Kind(NOBODY, "a column of numbers holds texts", NOTHING),
    "values of another type": Kind(
        NOBODY, "a column holds values that do not fit its type, e.g. texts among numbers",
        "`donkey tub convert` makes numbers of texts that are some, if you like.",
    ),
    "nulls": Kind(NOBODY, "records hold null, as old tubs do for what was not recorded", NOTHING),
    "out of range": Kind(
        NOBODY, "angle or throttle is beyond -1 to +1: training leaves such records out",
        "`donkey tub convert` scales or cuts them, if you like.",
    ),
    "undeclared column": Kind(
        NOBODY, "records have a column that `manifest.json` does not list", NOTHING
    ),
    "other labels": Kind(
        NOBODY, "no record has `user/angle`, but all have `user/steering`, `pilot/angle` or such",
        "`donkey tub convert` renames the column, if you like.",
    ),
    "out of place": Kind(
        NOBODY, "records are not on the line of their `_index`, e.g. because the first is not 0",
        "Delete records with this version, not with donkeycar 5.",
    ),
}  # fmt: skip


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


def table() -> str:
    """The table of faults for docs/tub.md."""
    who = {REPAIR: "damage; `repair` mends it", OWNER: "damage; you mend it", NOBODY: "remark"}
    rows = [
        f"| {kind.recognised[0].upper()}{kind.recognised[1:]} | {who[kind.mend]} | "
        f"{'It ' if kind.mend is REPAIR else ''}{kind.outcome.removesuffix('.')} |"
        for kind in KINDS.values()
    ]
    return "\n".join(["| What is found | What it is | What mends it |", "|---|---|---|", *rows])
