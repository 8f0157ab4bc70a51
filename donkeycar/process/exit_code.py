"""Exit codes: how a program ends, with one line instead of a traceback."""

import io
import os
import sys
from collections.abc import Callable, Sequence

from donkeycar.errors import ConfigError, DonkeyError, text_of
from donkeycar.process.as_typed import as_typed
from donkeycar.words import shown

# The exit code that shells use after Ctrl-C: 128 plus the number of SIGINT.
INTERRUPTED = 130
# The exit code of argparse for a wrong command line.
BAD_USAGE = 2


def exit_code(command: Callable[[], int | None], *, prog: str, words: Sequence[str] = ()) -> int:
    """Run `command`, and print a refusal as one line on stderr instead of a traceback.

    Args:
        command: The function to run; it may return an exit code, and ``None`` counts as 0.
        prog: Start of the line, e.g. ``"donkey"`` or ``"manage.py"``.
        words: The rest of the command line; errors name what was typed there.
    """
    print_anything()
    try:
        return command() or 0
    except BrokenPipeError:  # e.g. `donkey config | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (DonkeyError, OSError) as error:
        text = as_typed(text_of(error), words)
        # Only a list of settings has several lines. In others a line end is part of a name.
        lines = text.split("\n") if isinstance(error, ConfigError) else [text]
        print(f"{prog}: error: " + "\n".join(map(shown, lines)), file=sys.stderr)
        return 1
    except KeyboardInterrupt as error:
        print(f"{prog}: {str(error) or 'stopped'}", file=sys.stderr)
        return INTERRUPTED


def print_anything() -> None:
    """Let the output replace characters that the terminal cannot show, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")
