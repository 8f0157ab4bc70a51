"""Sandboxed test of a LiteRT file: opens it from standard input and runs it three times.

The command line can name more files, because another file of the same pilot costs little then.

It imports as little as possible: a car waits for this process before it drives.
"""

import hashlib
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

from donkeycar.commands import pip_install

MEMORY_BYTES = 512_000_000
CPU_S = 20
# It writes an answer of one line, and nothing else.
FILE_BYTES = 100_000

# Errors of LiteRT, and what each means for the owner of a file that does not open.
REASONS = {
    "Select TensorFlow op": "it needs parts of TensorFlow that a car does not have. Convert the "
    ".h5, .keras or SavedModel that it was made from with `donkey convertmodel`.",
}


def main() -> None:
    """Read, confine, open, run, and print the result.

    A number on the command line replaces the time limit, in seconds; a path is another file.
    """
    limits = [int(word) for word in sys.argv[1:] if word.isdigit()]
    paths = [Path(word) for word in sys.argv[1:] if not word.isdigit()]
    contents = [sys.stdin.buffer.read(), *(path.read_bytes() for path in paths)]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # each thread takes address space
    from donkeycar.sandbox.walls import confine

    cpu_s = limits[0] if limits else CPU_S
    # With or without walls, the car opens these files next: this test finds those that crash.
    confine(None, memory_bytes=MEMORY_BYTES, cpu_s=cpu_s, file_bytes=FILE_BYTES)
    try:
        for content in contents:
            try_out(content)
        found: dict[str, Any] = {"sha256": [hashlib.sha256(each).hexdigest() for each in contents]}
    except MemoryError:
        found = {"refused": f"it needs more than {MEMORY_BYTES // 1_000_000} MB of memory."}
    except (ValueError, RuntimeError, TypeError, KeyError, IndexError, OverflowError) as error:
        text = str(error).strip()
        reason = next((why for phrase, why in REASONS.items() if phrase in text), "")
        found = {"refused": reason or f"LiteRT says: {' '.join(text.split())[:200]}"}
    except ImportError as error:
        found = {"refused": f"pilots run on LiteRT: {pip_install('ai-edge-litert')} ({error})"}
    sys.stdout.write(json.dumps(found))


def try_out(content: bytes) -> None:
    """Run a network on black, on white and on noise.

    Args:
        content: Contents of a LiteRT file.

    Raises:
        ValueError: If LiteRT cannot open it, or a tensor has no fixed size.
        RuntimeError: If LiteRT cannot run it.
    """
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    for share in (0.0, 1.0, None):
        for detail in interpreter.get_input_details():
            shape, dtype = tuple(detail["shape"]), np.dtype(detail["dtype"])
            if dtype.kind not in "fiub":
                raise ValueError(f"an input holds {dtype}, not numbers")
            top = float(np.iinfo(dtype).max) if dtype.kind in "iu" else 1.0
            values = noisy(shape) / 255 if share is None else np.full(shape, share)
            interpreter.set_tensor(detail["index"], (values * top).astype(dtype))
        interpreter.invoke()
        for detail in interpreter.get_output_details():
            interpreter.get_tensor(detail["index"])
    _by_name(interpreter)


def _by_name(interpreter: Any) -> None:
    """Run the network as a pilot does: by the names of its signature, if it has one."""
    import numpy as np

    signatures = interpreter.get_signature_list()
    if signatures:
        runner = interpreter.get_signature_runner(next(iter(signatures)))
        details = runner.get_input_details()
        runner(**{name: np.zeros(one["shape"], one["dtype"]) for name, one in details.items()})


def noisy(shape: tuple[int, ...]) -> Any:
    """Noise from 0 to 255, always the same; numpy's own generator takes long to import."""
    import numpy as np

    size = math.prod(map(int, shape))
    return np.frombuffer(hashlib.shake_128(b"noise").digest(size), np.uint8).reshape(shape)


if __name__ == "__main__":
    main()
