"""Process confinement: the rights that a process gives up before it opens a stranger's file."""

import ctypes
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

# From <linux/sched.h>: a user namespace, and a network namespace in it without any interface.
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

# Audit events of Python before it starts a program, uses the network or unpickles.
FORBIDDEN = (
    "ftplib.", "http.client.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system",
    "pickle.find_class", "pty.spawn", "smtplib.", "socket.bind", "socket.connect",
    "socket.getaddrinfo", "socket.sendto", "subprocess.Popen", "urllib.Request",
    "webbrowser.open",
)  # fmt: skip
# Audit events before a change of a file, and the positions of the paths among the arguments, each
# with that of the descriptor of its starting folder.
CHANGES = {
    "open": ((0, None),), "os.chmod": ((0, 2),), "os.chown": ((0, 3),), "os.mkdir": ((0, 2),),
    "os.link": ((0, 2), (1, 3)), "os.remove": ((0, 1),), "os.rename": ((0, 2), (1, 3)),
    "os.rmdir": ((0, 1),), "os.symlink": ((0, None), (1, 2)), "os.truncate": ((0, None),),
    "shutil.move": ((0, None), (1, None)), "shutil.rmtree": ((0, 1),),
}  # fmt: skip


def leave_network() -> bool:
    """Move to a new network namespace without connections. Call it before any thread starts.

    Returns:
        Whether it worked. It works on Linux, unless the kernel is configured to refuse it.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            return bool(ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
    return False


def limit(
    *,
    memory_bytes: int,
    cpu_s: int,
    file_bytes: int,
    open_files: int | None = None,
    threads: int | None = None,
) -> None:
    """Limit memory, CPU time and file size, as far as this system allows (rlimit).

    Linux enforces all limits, other systems some; so the parent also has to enforce a timeout.

    Args:
        memory_bytes: Address space; using more causes a `MemoryError` or a crash.
        cpu_s: CPU time in seconds; after it the kernel ends the process.
        file_bytes: Largest file that can be written, also through a standard stream.
        open_files: Most files that may be open at once; ``None`` leaves this limit as it is.
        threads: Most threads and processes of this user; ``None`` leaves this limit as it is.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, most in (
        ("RLIMIT_AS", memory_bytes),
        ("RLIMIT_CPU", cpu_s),
        ("RLIMIT_FSIZE", file_bytes),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", open_files),
        ("RLIMIT_NPROC", threads),
    ):
        if most is None:
            continue
        with suppress(AttributeError, ValueError, OSError):  # some systems lack some limits
            number = getattr(resource, name)
            hard = resource.getrlimit(number)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            # At the soft limit the kernel gives a reason, at the hard limit it just kills.
            hard = most + (name == "RLIMIT_CPU")
            resource.setrlimit(number, (most, hard))


def forbid(writable: Path) -> None:
    """Refuse programs, connections, pickles and changes outside one folder from now on.

    It stops Python code that was not meant to run (audit hook); it does not see native code.

    Args:
        writable: The only folder where files may be made and changed.
    """
    sys.addaudithook(hook_for(writable))


def hook_for(writable: Path) -> Callable[[str, tuple[Any, ...]], None]:
    """Make the audit hook that Python calls before an action; see `forbid`."""
    inside = str(writable.resolve()).rstrip("/") + "/"

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(FORBIDDEN):
            raise PermissionError(f"a stranger's file must not do this: {event}")
        places = CHANGES.get(event)
        if places is None or (event == "open" and not _writes(arguments)):
            return
        for place, start in places:
            path = arguments[place]
            if isinstance(path, int):  # the descriptor of an open file
                continue
            full = _full(path, None if start is None else arguments[start])
            if not (full + "/").startswith(inside) and full != os.devnull:
                raise PermissionError(f"a stranger's file must not do this: {event} {full}")

    return hook


def _full(path: Any, folder: Any) -> str:
    """The full path, resolved from an open folder if it starts there."""
    name = os.fsdecode(path)
    if isinstance(folder, int) and folder >= 0:
        name = os.path.join(f"/proc/self/fd/{folder}", name)
    return os.path.realpath(name)


def _writes(arguments: tuple[Any, ...]) -> bool:
    """Whether an ``open`` is for writing, from its mode or its flags."""
    _, mode, flags = arguments
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND))
