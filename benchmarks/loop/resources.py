"""Memory, open files, threads and processor time of processes, and whether they grow."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Sample(NamedTuple):
    """What one process held at one moment. Source: proc(5).

    Attributes:
        at_s: Time on the monotonic clock.
        rss_mb: Resident memory, in megabytes.
        fds: Open file descriptors.
        threads: Its threads.
        cpu_s: Processor time so far, without that of its children.
    """

    at_s: float
    rss_mb: float
    fds: int
    threads: int
    cpu_s: float


def sample(pid: int, at_s: float) -> Sample:
    """Measure a process now.

    Raises:
        OSError: If there is no such process.
    """
    folder = Path(f"/proc/{pid}")
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return Sample(
        at_s,
        int((folder / "statm").read_text().split()[1]) * PAGE_MB,
        len(list((folder / "fd").iterdir())),
        int(fields[17]),
        (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND,
    )


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that still run, whichever of its threads did."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(word) for task in tasks for word in (task / "children").read_text().split()]


def family(guardian: int) -> dict[int, str]:
    """The processes of a car and what each is called, by process id."""
    found = {guardian: "guardian"}
    for pid in children(guardian):
        has_threads = len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
        found[pid] = "vehicle" if has_threads else "watchdog"
        found |= {child: f"child {child}" for child in children(pid)}
    return found


def slope_a_hour(samples: Sequence[Sample]) -> float:
    """Growth of the resident memory, in megabytes an hour.

    The median of the slopes between all pairs of samples (Theil and Sen): one step, or a few
    samples that stick out, do not change it as they change a fit of least squares.
    """
    hours = np.array([one.at_s for one in samples]) / 3600
    rss_mb = np.array([one.rss_mb for one in samples])
    first, second = np.triu_indices(len(samples), 1)
    if len(first) == 0:
        return 0.0
    return float(np.median((rss_mb[second] - rss_mb[first]) / (hours[second] - hours[first])))


def thirds(samples: Sequence[Sample]) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """The first and the last third of the samples."""
    size = max(1, len(samples) // 3)
    return samples[:size], samples[-size:]


def change(samples: Sequence[Sample], what: str) -> float:
    """By how much the median of an attribute of `Sample` differs between these thirds."""
    first, last = (np.median([getattr(one, what) for one in part]) for part in thirds(samples))
    return float(last - first)


def share_of_a_core(samples: Sequence[Sample]) -> float:
    """Processor time per second between the first and the last sample."""
    passed_s = samples[-1].at_s - samples[0].at_s
    return (samples[-1].cpu_s - samples[0].cpu_s) / passed_s if passed_s > 0 else 0.0
