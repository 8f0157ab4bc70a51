"""The speed and the memory of each LiteRT file of a pilot on this machine."""

from dataclasses import dataclass
from pathlib import Path

from donkeycar.pilots.files.bundle import PRECISIONS, PilotFiles, precision_of
from donkeycar.pilots.files.folds_file import holds_folds, member_paths
from donkeycar.pilots.inference.interpreter import default_num_threads
from donkeycar.pilots.inference.load import load_pilot
from donkeycar.pilots.transform import Transforms
from donkeycar.sandbox.child import Child

# To start Python, open the file and time it, on a busy Pi.
TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Speed:
    """One LiteRT file on this machine, in a fresh process; of an ensemble, those of all members.

    Attributes:
        file: Its name; of an ensemble, that of its folder.
        precision: ``float32``, ``float16`` or ``int8``; ``""`` for a bare file.
        kilobytes: Its length, in 1000 bytes.
        num_threads: Threads per inference.
        median_ms: Half of the answers took less, in milliseconds; transforms come on top.
        p95_ms: 95 of 100 took less.
        min_ms: The quickest.
        memory_mb: Resident memory of the process, in MB; ``None`` if the system does not tell.
        added_mb: What LiteRT and the network added to it.
    """

    file: str
    precision: str
    kilobytes: int
    num_threads: int
    median_ms: float
    p95_ms: float
    min_ms: float
    memory_mb: float | None
    added_mb: float | None


def measure_speed(
    path: Path, type: str | None = None, transforms: Transforms | None = None
) -> list[Speed]:
    """Measure every LiteRT file of a pilot, on one thread and on as many as a car takes.

    The members of an ensemble are timed together: one answer of the car takes all of theirs.

    Args:
        path: Any file of the pilot, or the folder of an ensemble; a bare ``.tflite`` is measured
            alone.
        type: Type of a bare file.
        transforms: What the settings of this car do to a frame, see `load_pilot`.

    Raises:
        PilotError: If one of them cannot drive here.
    """
    threads = sorted({1, default_num_threads()})
    measured = []
    for precision, files in litert_files(path):
        for file in files:
            load_pilot(file, type=type, transforms=transforms)  # one that may not is not timed
        name = path if holds_folds(path) else files[0]
        measured += [_measure(name, files, precision, num_threads) for num_threads in threads]
    return measured


def litert_files(path: Path) -> list[tuple[str, list[Path]]]:
    """What the LiteRT files of a pilot compute in, ``""`` for a bare one, and one file each.

    Of an ensemble, as many files as it has members.
    """
    every = [PilotFiles.of(one) for one in member_paths(path)]
    if not all(files.sidecar.exists() for files in every):
        return [(precision_of(path) or "", member_paths(path))]
    return [
        (precision, [files.variant(precision) for files in every])
        for precision in PRECISIONS
        if all(files.variant(precision).exists() for files in every)
    ]


def _measure(name: Path, files: list[Path], precision: str, num_threads: int) -> Speed:
    child = Child(
        "donkeycar.evaluation.stopwatch",
        name,
        arguments=[str(num_threads), *(str(file.resolve()) for file in files)],
        timeout_s=TIMEOUT_S,
    )
    size = sum(file.stat().st_size for file in files)
    return Speed(name.name, precision, round(size / 1000), **child.answer())
