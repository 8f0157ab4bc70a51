"""What each LiteRT file of a pilot costs on this machine: time and memory."""

from dataclasses import dataclass
from pathlib import Path

from donkeycar.pilots.bundle import PRECISIONS, PilotFiles, precision_of
from donkeycar.pilots.interpreter import default_num_threads
from donkeycar.pilots.load import load_pilot
from donkeycar.pilots.transform import Transforms
from donkeycar.sandbox.child import Child

# To start Python, open the file and time it, on a busy Pi.
TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Speed:
    """One LiteRT file on this machine, in a fresh process.

    Attributes:
        file: Its name.
        precision: ``float32``, ``float16`` or ``int8``; ``""`` for a bare file.
        kilobytes: Its length, in 1000 bytes.
        num_threads: Threads per inference.
        median_ms: Half of the inferences took less, in milliseconds; transforms come on top.
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

    Args:
        path: Any file of the pilot; a bare ``.tflite`` is measured alone.
        type: Type of a bare file.
        transforms: What the settings of this car do to a frame, see `load_pilot`.

    Raises:
        PilotError: If one of them cannot drive here.
    """
    threads = sorted({1, default_num_threads()})
    measured = []
    for precision, file in litert_files(path):
        load_pilot(file, type=type, transforms=transforms)  # one that may not drive is not timed
        measured += [_measure(file, precision, num_threads) for num_threads in threads]
    return measured


def litert_files(path: Path) -> list[tuple[str, Path]]:
    """The LiteRT files of a pilot with what they compute in; ``""`` for a bare one."""
    files = PilotFiles.of(path)
    if not files.sidecar.exists():
        return [(precision_of(path) or "", path)]
    return [
        (precision, files.variant(precision))
        for precision in PRECISIONS
        if files.variant(precision).exists()
    ]


def _measure(file: Path, precision: str, num_threads: int) -> Speed:
    child = Child(
        "donkeycar.evaluation.stopwatch",
        file,
        arguments=[str(file.resolve()), str(num_threads)],
        timeout_s=TIMEOUT_S,
    )
    return Speed(file.name, precision, round(file.stat().st_size / 1000), **child.answer())
