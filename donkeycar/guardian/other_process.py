"""Describes another process, and how to end it, as far as this user may know."""

import os
import shlex
from contextlib import suppress
from pathlib import Path

from donkeycar.guardian import COMMAND_FOLLOWS


def described(process: Path, user: int) -> str:
    """Say which program a process runs, and in which folder.

    Args:
        process: Its folder in ``/proc``.
        user: Its user, shown if nothing else is known.
    """
    words, where = [], ""
    with suppress(OSError):
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    with suppress(OSError):
        where = os.readlink(process / "cwd")
    if COMMAND_FOLLOWS in words:
        start = words.index(COMMAND_FOLLOWS)
        where, words = words[start - 1], words[start + 1 :]
    what = f", {_printable(shlex.join(words))}" if words else f" of user {user}"
    return f"{what} in {_printable(where)}" if where else what


def way_out(process: Path) -> str:
    """Return the command that ends a process, or the service that it belongs to.

    Args:
        process: Its folder in ``/proc``.
    """
    with suppress(OSError):
        # The last line belongs to the hierarchy of systemd; a kernel may have none.
        group = (process / "cgroup").read_text(errors="replace").rstrip().rpartition("\n")[2]
        unit = group.rpartition("/")[2]
        if unit.endswith(".service") and not unit.startswith("user@"):
            systemctl = "systemctl --user" if "/user@" in group else "sudo systemctl"
            return f"{systemctl} stop {_printable(unit)}"
    return f"{'' if _is_mine(process) else 'sudo '}kill {process.name}"


def _is_mine(process: Path) -> bool:
    """Whether this user may end it."""
    with suppress(OSError):
        return os.geteuid() in (0, process.stat().st_uid)
    return True


def _printable(text: str) -> str:
    """Text of another program, without characters that could control the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
