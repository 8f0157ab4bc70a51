"""Keras and TensorFlow: imported when training begins, with their remarks silenced."""

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from donkeycar.commands import install_extra
from donkeycar.errors import TrainingError

# TensorFlow reads this when it is imported. Its remarks about CPU features do not help an owner.
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1", "KERAS_BACKEND": "tensorflow"}
# Processors with bfloat16 in hardware train 1.4 times faster with it (measured on an AMD EPYC
# 9004); others only emulate it.
BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16"}


def import_keras() -> Any:
    """Import Keras on TensorFlow.

    Returns:
        The module ``keras``.

    Raises:
        TrainingError: If they are not installed.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        with muffled():
            import keras
            import tensorflow as tf
    except ImportError as error:
        raise TrainingError(
            f"Training needs Keras and TensorFlow: {install_extra('train')} ({error})"
        ) from error
    tf.get_logger().setLevel(logging.ERROR)
    return keras


def free_memory() -> None:
    """Forget the networks built so far, between one training and the next."""
    import_keras().backend.clear_session()


@contextmanager
def muffled() -> Iterator[None]:
    """Keep TensorFlow's output away from the terminal for a while, and its own warnings of age.

    TensorFlow does not use Python's streams, so this redirects the file descriptors themselves.
    """
    with tempfile.TemporaryFile() as nowhere, warnings.catch_warnings():
        # Warnings of one library about how it uses another.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", category=UserWarning, module="tensorflow")
        kept = [(number, os.dup(number)) for number in (1, 2)]
        try:
            for number, _ in kept:
                os.dup2(nowhere.fileno(), number)
            yield
        finally:
            for number, copy in kept:
                os.dup2(copy, number)
                os.close(copy)


def bfloat16_pays(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this processor computes bfloat16 in hardware."""
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(flag in BFLOAT16_FLAGS for flag in text.split())
