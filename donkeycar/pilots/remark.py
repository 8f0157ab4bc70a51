"""Keeps the one remark of LiteRT off the terminal, which has no setting for it."""

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# It comes once in a process, when the first network is opened, and means that all is well.
REMARK = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"

_lock = threading.Lock()
_opened = False


@contextmanager
def without_remark() -> Iterator[None]:
    """Hold back what C libraries say while the first network is opened; hand on all but `REMARK`.

    Only the variable ``stderr`` of the C library points elsewhere meanwhile, not the descriptor:
    what Python, other programs and a crash say goes where it always goes. It is done with glibc
    only, the library that LiteRT for Linux is made for; elsewhere the remark is seen.
    """
    global _opened
    with _lock:
        first, _opened = not _opened, True
    libc = ctypes.CDLL(None) if first and sys.platform == "linux" else None
    if libc is None or not hasattr(libc, "gnu_get_libc_version"):
        yield
        return
    text, size = ctypes.c_char_p(), ctypes.c_size_t()
    libc.open_memstream.restype = ctypes.c_void_p
    # Never closed: another thread may just be writing to it.
    memory = libc.open_memstream(ctypes.byref(text), ctypes.byref(size))
    stderr = ctypes.c_void_p.in_dll(libc, "stderr")
    before = stderr.value
    stderr.value = memory or before
    try:
        yield
    finally:
        stderr.value = before
        libc.fflush(ctypes.c_void_p(memory))
        rest = ctypes.string_at(text, size.value).replace(REMARK, b"") if memory else b""
        if rest:
            os.write(2, rest)
