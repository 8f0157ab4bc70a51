"""Opens the LiteRT file on its standard input and lets it answer three times: run as a process.

More files can be named on the command line: another one of the same pilot costs little then.

Imports no more than it must: a car waits for it before it drives.
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
# It has an answer of a line to write, and nothing else.
FILE_BYTES = 100_000

# What LiteRT says, and what that means for somebody with a file that does not open.
REASONS = {
    "Select TensorFlow op": "it needs parts of TensorFlow that a car does not have. Convert the "
    ".h5, .keras or SavedModel that it was made from with `donkey convertmodel`.",
}


def main() -> None:
    """Read, confine, open, run, and say what came of it.

    A number on the command line is another limit for the time, in seconds; a path another file.
    """
    limits = [int(word) for word in sys.argv[1:] if word.isdigit()]
    paths = [Path(word) for word in sys.argv[1:] if not word.isdigit()]
    contents = [sys.stdin.buffer.read(), *(path.read_bytes() for path in paths)]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # each thread costs address space
    from donkeycar.sandbox.walls import confine

    cpu_s = limits[0] if limits else CPU_S
    # What is opened here is opened by the car next, walls or not: this finds what crashes.
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
    """Let a network answer to black, to white and to noise.

    Args:
        content: Of a LiteRT file.

    Raises:
        ValueError: If LiteRT does not open it, or a tensor has no fixed size.
        RuntimeError: If LiteRT does not run it.
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
    """Let it answer the way a pilot asks: by the names of its signature, if it has one."""
    import numpy as np

    signatures = interpreter.get_signature_list()
    if signatures:
        runner = interpreter.get_signature_runner(next(iter(signatures)))
        details = runner.get_input_details()
        runner(**{name: np.zeros(one["shape"], one["dtype"]) for name, one in details.items()})


def noisy(shape: tuple[int, ...]) -> Any:
    """Numbers from 0 to 255 without a pattern, always the same; numpy's own take long to load."""
    import numpy as np

    size = math.prod(map(int, shape))
    return np.frombuffer(hashlib.shake_128(b"noise").digest(size), np.uint8).reshape(shape)


if __name__ == "__main__":
    main()
