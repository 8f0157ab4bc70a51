"""A disk in a file, whose power can be cut: Linux, root and loop devices are needed."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

# A copy that took longer than the disk was quiet is made again.
TRIES = 50
QUIET_S = 0.01


class Kind(NamedTuple):
    """A file system.

    Attributes:
        name: Its name for mount(8).
        make: The command that makes it, without the file.
        options: Options of mount.
        size_mb: Size of the disk.
    """

    name: str
    make: tuple[str, ...]
    options: str
    size_mb: int = 40


KINDS = {
    "ext4": Kind("ext4", ("mkfs.ext4", "-q", "-F"), "defaults"),
    "ext4-writeback": Kind("ext4", ("mkfs.ext4", "-q", "-F"), "data=writeback"),
    "vfat": Kind("vfat", ("mkfs.vfat",), "defaults"),
    "f2fs": Kind("f2fs", ("mkfs.f2fs", "-q", "-f"), "defaults", size_mb=100),
}


def why_not(kind: Kind) -> str:
    """Why such a disk cannot be had on this computer, as a sentence; "" if it can."""
    if os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "it takes root to mount a disk: run this with sudo"
    if shutil.which(kind.make[0]) is None:
        return f"{kind.make[0]} is not installed"
    if not Path("/dev/loop-control").exists():
        return "this computer has no loop devices"
    try:
        with loop_disk(kind):
            return ""
    except OSError as error:
        return str(error)


@contextmanager
def loop_disk(kind: Kind, memory: Path = Path("/dev/shm")) -> Iterator["LoopDisk"]:  # noqa: S108
    """A new, empty disk of some kind in a file in memory, mounted."""
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        image = Path(folder, "disk.img")
        with image.open("wb") as file:
            file.truncate(kind.size_mb << 20)
        _call(*kind.make, str(image))
        with mounted(image, kind, Path(folder, "disk")) as place:
            yield LoopDisk(image, place)


@contextmanager
def mounted(image: Path, kind: Kind, place: Path) -> Iterator[Path]:
    """Mount a disk in a file; its journal is replayed, as after a power cut."""
    place.mkdir(exist_ok=True)
    _call("mount", "-t", kind.name, "-o", f"loop,{kind.options}", str(image), str(place))
    try:
        yield place
    finally:
        _unmount(place)


class LoopDisk(NamedTuple):
    """A mounted disk.

    Attributes:
        image: The file that holds it.
        place: Where it is mounted.
    """

    image: Path
    place: Path

    def copy_to(self, target: Path) -> None:
        """Copy the disk as it is, without what waits in memory for it.

        A copy counts only if nothing was written while it was made: the kernel writes by itself,
        also for a program that is stopped.

        Raises:
            TimeoutError: If the disk does not come to rest.
        """
        for _ in range(TRIES):
            before = self._written()
            shutil.copyfile(self.image, target)
            if before == self._written():
                return
            time.sleep(QUIET_S)
        raise TimeoutError(f"{self.image} is written to all the time")

    def _written(self) -> tuple[str, str]:
        """Sectors written so far, and how many requests are under way.

        Source: Linux, Documentation/block/stat.rst: fields 7 and 9.
        """
        device = os.stat(self.place).st_dev
        stat = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat").read_text()
        fields = stat.split()
        return fields[6], fields[8]


def _unmount(place: Path) -> None:
    for _ in range(TRIES):
        done = subprocess.run(["umount", str(place)], capture_output=True)  # noqa: S607
        if done.returncode == 0:
            return
        time.sleep(QUIET_S)
    _call("umount", "--lazy", str(place))


def _call(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())
        raise OSError(f"{words[0]}: {said}")
