"""All that a process gives up before it opens a file of a stranger.

Each wall is kept by the kernel, for Python and for libraries in C alike, and needs no rights to be
built. Which of them a system has depends on its kernel: whoever opens the file is told.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from donkeycar.sandbox.confinement import leave_network, limit
from donkeycar.sandbox.kernel import give_up_privileges
from donkeycar.sandbox.landlock import write_only_in
from donkeycar.sandbox.seccomp import refuse_calls

# Of each wall: what it means where it stands, and what can happen where it does not.
WORDS = {
    "network": ("no network", "reaching the network"),
    "programs": ("no new programs", "starting programs"),
    "processes": ("no reach into other processes", "reaching into other processes"),
    "files": ("writes only into its own folder", "writing elsewhere"),
}
# Most files that are open at once; TensorFlow holds about 40 as it converts.
OPEN_FILES = 512


@dataclass(frozen=True)
class Walls:
    """Which walls stand around a process.

    Attributes:
        network: It talks to nobody.
        programs: It starts no program, nor another process.
        processes: It neither reads, changes, stops nor signals another process.
        files: It changes files in its own folder only.
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
        """Those that stand."""
        return [name for name, stands in asdict(self).items() if stands]

    @classmethod
    def of(cls, names: object) -> "Walls":
        """Read what another process says of itself; anything that is not a wall is skipped."""
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
    """Build every wall that this system has. To be called before any thread starts.

    Args:
        folder: Where files may be made and changed; ``None`` for nowhere.
        memory_bytes: As for `confinement.limit`.
        cpu_s: As for `confinement.limit`.
        file_bytes: As for `confinement.limit`.

    Returns:
        Those that stand. Limits of memory and work are kept by any Unix.
    """
    alone = leave_network()
    # In a space of its own, its processes are counted apart from those of its user.
    limit(
        memory_bytes=memory_bytes,
        cpu_s=cpu_s,
        file_bytes=file_bytes,
        open_files=OPEN_FILES,
        threads=OPEN_FILES if alone else None,
    )
    try:
        give_up_privileges()
    except (OSError, AttributeError):  # no Linux, or one from before 2012
        return Walls(network=alone)
    files = write_only_in(folder)
    calls = refuse_calls()
    return Walls(network=alone or calls, programs=files or calls, processes=calls, files=files)
