"""Benchmark of a pilot: latency and memory of each of its LiteRT files on this machine."""

from dataclasses import dataclass
from pathlib import Path

from donkeycar.pilots.files.bundle import PRECISIONS, PilotFiles, precision_of
from donkeycar.pilots.files.folds_file import holds_folds, member_paths
from donkeycar.pilots.inference.interpreter import default_num_threads
from donkeycar.pilots.inference.load import load_pilot
from donkeycar.pilots.transform import Transforms
from donkeycar.sandbox.child import Child

# Time to start Python, open the file and measure it on a busy Pi.
TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Speed:
    """One LiteRT file in a fresh process on this machine; of an ensemble, the files of all members.

    Attributes:
        file: Name of the file; of an ensemble, that of its folder.
        precision: ``float32``, ``float16`` or ``int8``; ``""`` for a bare file.
        kilobytes: Size of the file, in units of 1000 bytes.
        num_threads: Threads per inference.
        median_ms: Median time of an answer in milliseconds, without the transforms.
        p95_ms: 95th percentile of that time.
        min_ms: Shortest time.
        memory_mb: Resident memory of the process, in MB; ``None`` if the system does not report it.
        added_mb: The part of it that LiteRT and the network added.
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
    """Measure every LiteRT file of a pilot, with one thread and with as many as a car uses.

    The members of an ensemble are timed together, because one answer of the car needs all of them.

    Args:
        path: Any file of the pilot, or the folder of an ensemble; a bare ``.tflite`` is measured
            alone.
        type: Type of a bare file.
        transforms: The image transforms that this car's settings ask for, see `load_pilot`.

    Raises:
        PilotError: If one of them cannot drive here.
    """
    threads = sorted({1, default_num_threads()})
    measured = []
    for precision, files in litert_files(path):
        for file in files:
            load_pilot(file, type=type, transforms=transforms)  # a refused file is not timed
        name = path if holds_folds(path) else files[0]
        measured += [_measure(name, files, precision, num_threads) for num_threads in threads]
    return measured


def litert_files(path: Path) -> list[tuple[str, list[Path]]]:
    """The LiteRT files of a pilot by their precision, ``""`` for a bare file.

    For an ensemble, each precision has as many files as the ensemble has members.
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
