"""The bundle of one pilot: weights, the LiteRT files that drive, and the sidecar.

``pilot.keras`` is for further training, ``pilot.tflite`` for driving, ``pilot.fp16.tflite`` and
``pilot.int8.tflite`` are the same network with lower precision, and ``pilot.json`` describes them:
without it nobody can know the type, the colours or the transforms of a model.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from donkeycar.errors import PilotError
from donkeycar.files import sync
from donkeycar.pilots.files.names import (
    ENDINGS,
    MARKS,
    Precision,
    beside,
    ending_of,
    name_of,
    precision_of,
)
from donkeycar.pilots.files.next_step import next_step
from donkeycar.pilots.files.sidecar import (
    PRECISIONS,
    PilotInfo,
    Variant,
    read_info,
    sidecar_text,
)

__all__ = [
    "PRECISIONS", "PilotFiles", "PilotInfo", "Precision", "Variant", "litert_sha256",
    "precision_of", "read_info", "sha256_of", "write_bundle",
]  # fmt: skip


class PilotFiles(NamedTuple):
    """Paths of the three main files of a pilot, existing or not; `variant` finds the others."""

    keras: Path
    litert: Path
    sidecar: Path

    @classmethod
    def of(cls, path: Path) -> "PilotFiles":
        """Find all files of a pilot from one of them, or from the common part of their names.

        Raises:
            PilotError: If `path` has the ending of a model in another format.

        Example:
            >>> PilotFiles.of(Path("models/pilot.int8.tflite")).sidecar.name
            'pilot.json'
        """
        if ending_of(path) not in ("", *ENDINGS):
            raise PilotError(
                f"A model must end in one of {', '.join(ENDINGS)}. Received: {path}. "
                f"{next_step(path)}"
            )
        name = name_of(path)
        if not name or name.endswith(tuple(filter(None, MARKS.values()))):
            raise PilotError(
                "The name of a pilot must not end in .fp16 or .int8, which say what is in a "
                f".tflite file. Received: {path}"
            )
        return cls(*(path.with_name(name + ending) for ending in ENDINGS))

    def variant(self, precision: Precision) -> Path:
        """Path of the LiteRT file that computes in `precision`, existing or not."""
        return beside(self.litert, MARKS[precision] + ".tflite")

    def every(self) -> list[Path]:
        """All paths that files of this pilot may have, the sidecar last."""
        variants = [self.variant(precision) for precision in PRECISIONS]
        return [self.keras, *variants, self.sidecar]


def write_bundle(
    files: PilotFiles,
    info: PilotInfo,
    *,
    litert: Mapping[Precision, bytes],
    save_keras: Callable[[Path], None] | None,
) -> None:
    """Write a pilot so that an incomplete one never exists.

    All files are completely written to a temporary folder before the first of them moves to its
    place. The sidecar moves last, and names the LiteRT files that it belongs to. Variants of an
    older pilot that the new one does not have are removed.

    Args:
        files: Paths of the pilot; its folder is made. An older pilot there is replaced.
        info: Content of the sidecar, with data on the LiteRT files in `variants`; this function
            adds their fingerprints.
        litert: Content of the LiteRT files; float32 must be among them.
        save_keras: Writes the ``.keras`` file to the given path; ``None`` for a pilot that exists
            only as a LiteRT file.

    Raises:
        OSError: If the disk does not take it; the older files are then still there.
    """
    folder = files.keras.parent
    folder.mkdir(parents=True, exist_ok=True)
    workdir = Path(tempfile.mkdtemp(prefix=f".{files.keras.stem}-", dir=folder))
    variants = {
        precision: replace(info.variants.get(precision, Variant("")), sha256=sha256_of(content))
        for precision, content in litert.items()
    }
    try:
        drafts = PilotFiles.of(workdir / files.keras.name)
        if save_keras is not None:
            save_keras(drafts.keras)
        for precision, content in litert.items():
            drafts.variant(precision).write_bytes(content)
        drafts.sidecar.write_text(sidecar_text(replace(info, variants=variants)), encoding="utf-8")
        for draft in filter(Path.exists, drafts.every()):
            sync(draft)
        for draft, place in zip(drafts.every(), files.every(), strict=True):
            if draft.exists():
                draft.replace(place)
            else:
                place.unlink(missing_ok=True)
    finally:
        shutil.rmtree(workdir, ignore_errors=True)


def litert_sha256(path: Path) -> str:
    """Fingerprint of a LiteRT file, as in its sidecar."""
    return sha256_of(path.read_bytes())


def sha256_of(content: bytes) -> str:
    """Fingerprint of the content of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
