"""Sandbox walls: the protections that a process builds before it opens a stranger's file.

Each wall is enforced by the kernel, for Python and for C libraries alike, and can be built without
privileges. The walls of a system depend on its kernel: the caller is told which of them stand.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from donkeycar.sandbox.confinement import leave_network, limit
from donkeycar.sandbox.kernel import give_up_privileges
from donkeycar.sandbox.landlock import write_only_in
from donkeycar.sandbox.seccomp import refuse_calls

# For each wall: what it ensures where it stands, and what can happen where it does not.
WORDS = {
    "network": ("no network", "reaching the network"),
    "programs": ("no new programs", "starting programs"),
    "processes": ("no reach into other processes", "reaching into other processes"),
    "files": ("writes only into its own folder", "writing elsewhere"),
}
# Most files that may be open at once; TensorFlow holds about 40 while it converts.
OPEN_FILES = 512


@dataclass(frozen=True)
class Walls:
    """The walls that stand around a process.

    Attributes:
        network: It cannot use the network.
        programs: It cannot start a program or another process.
        processes: It cannot read, change, stop or signal another process.
        files: It can change files in its own folder only.
    """

    network: bool = False
    programs: bool = False
    processes: bool = False
    files: bool = False

    @property
    def any(self) -> bool:
        """Whether at least one of them stands."""
        return bool(self.names)

    @property
    def names(self) -> list[str]:
        """Names of the walls that stand."""
        return [name for name, stands in asdict(self).items() if stands]

    @classmethod
    def of(cls, names: object) -> "Walls":
        """Read the names that another process reports; anything that is not a wall is skipped."""
        said = names if isinstance(names, list) else []
        return cls(**{name: name in said for name in WORDS})

    def in_words(self, *, memory_bytes: int, cpu_s: int) -> str:
        """Say in one line which walls stand.

        Example:
            >>> Walls(True, True, True, True).in_words(memory_bytes=8_000_000_000, cpu_s=900)
            'Confinement: no network, no new programs, no reach into other processes, writes only \
into its own folder, memory 8 GB, 900 s of work.'
        """
        kept = [good for name, (good, _) in WORDS.items() if name in self.names]
        kept += [f"memory {memory_bytes / 1e9:g} GB", f"{cpu_s} s of work"]
        open_ = [bad for name, (_, bad) in WORDS.items() if name not in self.names]
        rest = f" This system does not keep it from {', '.join(open_)}." if open_ else ""
        return f"Confinement: {', '.join(kept)}.{rest}"


def confine(folder: Path | None, *, memory_bytes: int, cpu_s: int, file_bytes: int) -> Walls:
    """Build every wall that this system supports. Call it before any thread starts.

    Args:
        folder: The folder where files may be made and changed; ``None`` for nowhere.
        memory_bytes: As for `confinement.limit`.
        cpu_s: As for `confinement.limit`.
        file_bytes: As for `confinement.limit`.

    The walls that stand. Limits of memory and CPU time work on every Unix.
        Those that stand. Limits of memory and work are kept by any Unix.
    """
    alone = leave_network()
    # In a user namespace of its own, its processes are counted apart from those of its user.
    limit(
        memory_bytes=memory_bytes,
        cpu_s=cpu_s,
        file_bytes=file_bytes,
        open_files=OPEN_FILES,
        threads=OPEN_FILES if alone else None,
    )
    try:
        give_up_privileges()
    except (OSError, AttributeError):  # not Linux, or a kernel from before 2012
        return Walls(network=alone)
    files = write_only_in(folder)
    calls = refuse_calls()
    return Walls(network=alone or calls, programs=files or calls, processes=calls, files=files)
