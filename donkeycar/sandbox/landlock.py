"""Landlock: the kernel allows writing in one folder only, for Python and for C libraries.

Source: kernel.org, "Landlock: unprivileged access control", and <linux/landlock.h>.
"""

import os
import struct
from contextlib import suppress
from pathlib import Path

from donkeycar.sandbox.kernel import call, machine

MACHINES = ("x86_64", "aarch64")
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
CREATE_VERSION = 1
PATH_BENEATH = 1
# Version 2 (Linux 5.19) allows moving a file between folders, which TensorFlow does when it saves.
OLDEST = 2

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
REFER, TRUNCATE = 1 << 13, 1 << 14
# The access rights that a version of Landlock knows are the bits below this number.
KNOWN = {2: 14, 3: 15, 4: 15, 5: 16}
NEWEST_KNOWN = 16
# TCP connections (version 4); signals and abstract sockets to other processes (version 6).
NET_VERSION, ALL_NET = 4, 0b11
SCOPE_VERSION, ALL_SCOPES = 6, 0b11

# Executing files, and making devices, pipes, sockets and links, is allowed nowhere.
LOOK = READ_FILE | READ_DIR
WORK = LOOK | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
ON_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE


def write_only_in(folder: Path | None) -> bool:
    """Allow changes of files in one folder only, and no execution of files, from now on.

    It applies to the calling thread and everything that it starts: call it before any other
    thread exists, and after `kernel.give_up_privileges`.

    Args:
        folder: Where files may be made and changed; ``None`` for nowhere.

    Returns:
        Whether the kernel enforces it. If not, nothing has changed.
    """
    if machine() not in MACHINES:
        return False
    try:
        version = call(CREATE_RULESET, None, 0, CREATE_VERSION)
        if version < OLDEST:
            return False
        known = (1 << KNOWN.get(version, NEWEST_KNOWN)) - 1
        net = ALL_NET if version >= NET_VERSION else 0
        scopes = ALL_SCOPES if version >= SCOPE_VERSION else 0
        # An older kernel accepts only the part that it knows, so no more than that is passed.
        handled = struct.pack("<QQQ", known, net, scopes)
        size = 24 if scopes else 16 if net else 8
        rules = call(CREATE_RULESET, handled[:size], size, 0)
        try:
            _allow(rules, Path("/"), LOOK & known)
            _allow(rules, Path(os.devnull), (READ_FILE | WRITE_FILE | TRUNCATE) & known)
            if folder is not None:
                _allow(rules, folder, WORK & known)
            call(RESTRICT_SELF, rules, 0)
        finally:
            os.close(rules)
    except OSError:
        return False
    return True


def _allow(rules: int, path: Path, access: int) -> None:
    """Allow some kinds of access to a file, or to everything in a folder."""
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not path.is_dir():
            access &= ON_A_FILE
        call(ADD_RULE, rules, PATH_BENEATH, struct.pack("<Qi", access, place), 0)
    finally:
        with suppress(OSError):
            os.close(place)
