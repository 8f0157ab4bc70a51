"""Tubs between two computers: what is there is a whole tub at every moment, and never a mixture.

A tub only grows: pictures first, then the catalogs that name them, then the manifest. So its
catalogs and manifest are fetched first, into a folder of their own; then the pictures, which are at
least those; then the catalogs take their place and the manifest last. A tub may be recorded while
this goes on: what arrives is what it was at the beginning.
"""

import contextlib
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from donkeycar.errors import ConfigError, TubError
from donkeycar.files import write_atomically
from donkeycar.management.transfer.lineage import refuse_another
from donkeycar.management.transfer.remote import Remote
from donkeycar.tub.catalog import Record
from donkeycar.tub.contents import load_manifest, read_v2
from donkeycar.tub.format import IMAGE_EXTENSIONS, IMAGES, MANIFEST, images_folder
from donkeycar.tub.lock import TubInUse, TubLock

STAGE = ".donkey-pull"
# Stands for bytes that are no text.
NO_TEXT = "\N{REPLACEMENT CHARACTER}"
# What describes the pictures: small, and fetched anew each time.
DESCRIPTION = (
    f"--include=/{MANIFEST}",
    "--include=/catalog_*.catalog",
    "--include=/catalog_*.catalog_manifest",
    "--exclude=*",
)
# What else lies in a tub, such as its licence or notes of its owner: a file that differs is kept.
NOTES = ("--exclude=*/", "--exclude=.*", f"--exclude={MANIFEST}", "--exclude=catalog_*", "--backup")
# A file that rsync was writing when it was killed: rsync(1), --temp-dir.
BEGUN = re.compile(r"\.(.+)\.[A-Za-z0-9]{6}")

# Lists the tubs of a car: "live" or "whole", the folder, and a NUL, because a name may have several
# lines. Linux's flock(1) asks whether a recorder holds the tub.
LIST = r"""
find {place}/ -maxdepth 4 -type f -name manifest.json -not -path '*/images/*' \
  -not -path '*/.*' -exec sh -c 'for file; do
  tub=${{file%/manifest.json}} state=whole
  if command -v flock >/dev/null && ! flock -n -s "$tub" true 2>/dev/null; then state=live; fi
  printf "%s %s\0" "$state" "$tub"
done' _ {{}} + 2>/dev/null || true"""


@dataclass(frozen=True)
class FarTub:
    """A tub on the car.

    Attributes:
        path: Its folder in the car's, with slashes.
        is_live: Whether a program records into it now.
    """

    path: str
    is_live: bool


def safe_path(path: str) -> str:
    """A path inside of a car's folder, without `.` and doubled slashes.

    Raises:
        ConfigError: If it leads out of it.

    Example:
        >>> safe_path("./data//tub_1/")
        'data/tub_1'
    """
    parts = [part for part in path.split("/") if part not in ("", ".")]
    bad = re.search(r"[\x00-\x1f\\]", path) or path.startswith(("/", "~", "-"))
    if not parts or ".." in parts or bad:
        raise ConfigError(
            "What is copied must lie in the car's folder, e.g. data/tub_1 or models/pilot.tflite. "
            f"Received: {path!r}"
        )
    return "/".join(parts)


def far_tubs(remote: Remote, place: str) -> tuple[list[FarTub], list[str]]:
    """The tubs below a place on the car, itself included.

    Returns:
        The tubs, and the paths of those that cannot be copied because of their names.
    """
    found, unsafe = [], []
    answer = remote.ask(LIST.format(place=shlex.quote(f"./{place}")))
    for entry in filter(None, answer.split("\0")):
        state, _, path = entry.partition(" ")
        try:
            if NO_TEXT in path:
                raise ConfigError("its name is no text")
            found.append(FarTub(safe_path(path), state == "live"))
        except ConfigError:
            unsafe.append(path.removeprefix("./"))
    return sorted(found, key=lambda tub: tub.path), sorted(unsafe)


def fetch_tub(remote: Remote, tub: FarTub, into: Path, *options: str) -> tuple[int, int]:
    """Bring a tub here, or bring the one that is here up to date.

    Args:
        remote: The car.
        tub: Which one.
        into: The folder that stands for the car's.
        options: More options of rsync.

    Returns:
        How many records it has, and how many of them lack a picture on the car, too.

    Raises:
        TubError: If another tub is here under its name, or a program records into it.
        DeviceError: If not everything could be copied; what is here is as it was.
    """
    here, stage = into / tub.path, into / STAGE / tub.path
    here.parent.mkdir(parents=True, exist_ok=True)
    stage.mkdir(parents=True, exist_ok=True)
    remote.copy([f"{remote.there(tub.path)}/"], f"{stage}/", *DESCRIPTION, *options)
    refuse_another(here, stage, here=here, move=here)
    with _held(here):
        images = here / IMAGES
        images_folder(here)  # a link there must not lead the pictures elsewhere
        images.mkdir(parents=True, exist_ok=True)
        remote.copy([f"{remote.there(tub.path)}/{IMAGES}/"], f"{images}/", *options)
        records = read_v2(stage).records
        lacking = sum(1 for record in records if not _has_images(record, images))
        manifest, sorted_out = load_manifest(stage), load_manifest(here).deleted_indexes
        if sorted_out - manifest.deleted_indexes and not manifest.problems:
            manifest.deleted_indexes |= sorted_out  # what was deleted here stays deleted
            write_atomically(stage / MANIFEST, manifest.to_bytes())
        _tidy(stage)
        names = sorted(path.name for path in stage.iterdir() if path.is_file())
        for name in sorted(names, key=lambda name: name == MANIFEST):  # the manifest last
            os.replace(stage / name, here / name)
        if not tub.is_live:  # a recorder's own files may vanish meanwhile
            notes = [*NOTES, "--suffix=.before-pull"]
            remote.copy([f"{remote.there(tub.path)}/"], f"{here}/", *notes, *options)
        _tidy(images)
    # Another pull may have its own tub there, so only what is empty goes.
    with contextlib.suppress(OSError):
        for folder in (stage, *stage.parents):
            folder.rmdir()
            if folder == into / STAGE:
                break
    return len(records), lacking


def send_tub(remote: Remote, here: Path, path: str, *options: str) -> None:
    """Bring a tub to the car.

    Raises:
        TubError: If another tub is there under its name, or a program records into one of the two.
        DeviceError: If not everything could be copied; the same command continues.
    """
    for tub in far_tubs(remote, path)[0]:
        if tub.path == path and tub.is_live:
            raise TubError(
                f"A tub must not be recorded while it is replaced. Received: {path} of the car. "
                "Stop the car first: sudo systemctl stop donkey"
            )
    place = shlex.quote(f"./{path}")
    target = remote.there(path)
    if remote.ask(f"mkdir -p {place}/{IMAGES} && ls {place}/{MANIFEST} 2>/dev/null || true"):
        with tempfile.TemporaryDirectory(prefix="donkey-") as there:
            remote.copy([f"{target}/"], f"{there}/", *DESCRIPTION)
            refuse_another(Path(there), here, here=here, move=f"{path} of the car")
    with _held(here):
        remote.copy([f"{images_folder(here)}/"], f"{target}/{IMAGES}/", *options)
        remote.copy([f"{here}/"], f"{target}/", *DESCRIPTION[1:], *options)
        remote.copy([str(here / MANIFEST)], f"{target}/", *options)
        remote.copy([f"{here}/"], f"{target}/", *NOTES, "--suffix=.before-push", *options)


@contextlib.contextmanager
def _held(tub: Path) -> Iterator[None]:
    """Keep recorders out of a tub here, if it is there."""
    tub.mkdir(parents=True, exist_ok=True)
    try:
        lock = TubLock(tub)
    except TubInUse as error:
        raise TubError(
            f"A tub must not be in use while it is copied. Received: {tub} of this computer. Stop "
            "the program that records or copies it, or wait for it"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _has_images(record: Record, images: Path) -> bool:
    names = (value for value in record.values() if isinstance(value, str))
    wanted = (name for name in names if name.endswith(tuple(IMAGE_EXTENSIONS.values())))
    return all((images / Path(name).name).is_file() for name in wanted)


def _tidy(folder: Path) -> None:
    """Remove what an rsync that was killed had begun to write, if the whole file came since."""
    for path in list(folder.iterdir()):
        begun = BEGUN.fullmatch(path.name)
        if begun and (folder / begun[1]).is_file() and path.is_file() and not path.is_symlink():
            path.unlink()
