"""Whether a tub is an earlier state of another: only then may the other take its place.

Two cars whose cards are copies have tubs that begin alike, with the same time of creation, and go
on with other records under the same numbers.
"""

from pathlib import Path

from donkeycar.errors import TubError
from donkeycar.tub.catalog import catalogs_in
from donkeycar.tub.contents import load_manifest, read_v2
from donkeycar.tub.format import INDEX

MIXED = (
    "A tub must not be mixed with another one of the same name. Received: {here} here and one on "
    "the car, {reason}. Move {move} away, or choose another folder"
)
CHUNK_BYTES = 1 << 20


def refuse_another(old: Path, new: Path, *, here: Path, move: object) -> None:
    """Refuse to write the files of one tub into another.

    Args:
        old: Folder with the manifest and the catalogs of the tub that is there; without a manifest
            there is none.
        new: The same of the tub that is coming.
        here: The tub on this computer, for the message.
        move: What would have to be moved.

    Raises:
        TubError: If the tub that is there is not an earlier state of the other.
    """
    before, coming = load_manifest(old), load_manifest(new)
    if "missing" in before.problems and not before.paths:
        return
    reason: str | None
    if before.own.get("created_at") != coming.own.get("created_at"):
        reason = "which is another recording"
    elif before.current_index > coming.current_index:
        reason = f"but the one that comes has only {coming.current_index} records"
    else:
        reason = difference(old, new)
    if reason is not None:
        raise TubError(MIXED.format(here=here, reason=reason, move=move))


def difference(old: Path, new: Path) -> str | None:
    """Why a tub does not hold every record of an earlier state; ``None`` if it does."""
    if all(_goes_on(old / name, new / name) for name in catalogs_in(old)):
        return None
    coming = {record[INDEX]: repr(record) for record in read_v2(new).records}
    for record in read_v2(old).records:
        index = record[INDEX]
        if index not in coming:
            return f"but the one that comes lacks record {index}"
        if coming[index] != repr(record):
            return f"but they differ from record {index} on, as on a copied card"
    return None


def _goes_on(old: Path, new: Path) -> bool:
    """Whether a file begins with all of another's bytes."""
    try:
        with old.open("rb") as before, new.open("rb") as coming:
            while chunk := before.read(CHUNK_BYTES):
                if coming.read(len(chunk)) != chunk:
                    return False
    except OSError:
        return False
    return True
