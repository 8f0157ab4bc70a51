"""How a program ends: its exit code, and one line instead of a traceback."""

import io
import os
import sys
from collections.abc import Callable, Sequence

from donkeycar.errors import DonkeyError, text_of
from donkeycar.process.as_typed import as_typed

# What a shell says of a program that Ctrl-C ended: 128 and the number of SIGINT.
INTERRUPTED = 130
# What argparse exits with.
BAD_USAGE = 2


def exit_code(command: Callable[[], int | None], *, prog: str, words: Sequence[str] = ()) -> int:
    """Run `command`; a refusal becomes one line on stderr instead of a traceback.

    Args:
        command: What to do; may return an exit code, ``None`` is 0.
        prog: Start of the line, e.g. ``"donkey"`` or ``"manage.py"``.
        words: The command line after it; what is refused is named as it was typed there.
    """
    print_anything()
    try:
        return command() or 0
    except BrokenPipeError:  # `donkey config | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (DonkeyError, OSError) as error:
        print(f"{prog}: error: {as_typed(text_of(error), words)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as error:
        print(f"{prog}: {str(error) or 'stopped'}", file=sys.stderr)
        return INTERRUPTED


def print_anything() -> None:
    """Let no name of a file end a command because the terminal cannot show it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")
