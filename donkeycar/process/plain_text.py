"""Make text safe to print: names of files, gamepads and networks may come from strangers.

A folder in somebody's archive may be called so that a terminal clears its screen, changes its
title or puts words into the clipboard, if the name is printed as it is.
"""

import io
import sys

# Line feed, tab, and the return to the start of a line that is written anew, stay.
KEPT = "\n\t\r"
# All other control characters, C0, DEL and C1, as a programmer would write them.
SHOWN = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in KEPT}


class PlainText(io.TextIOWrapper):
    r"""A text file in which control characters are shown, not sent.

    Example:
        >>> file = io.BytesIO()
        >>> text = PlainText(file, encoding="utf-8", write_through=True)
        >>> text.write("a\x1b[2Jb")
        9
        >>> file.getvalue()
        b'a\\x1b[2Jb'
    """

    def write(self, text: str, /) -> int:
        """Write `text`; its length as shown."""
        return super().write(text.translate(SHOWN))


def print_plainly() -> None:
    """Put a `PlainText` in the place of this process's standard output and error."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if type(stream) is not io.TextIOWrapper:  # closed, or somebody's own
            continue
        encoding, errors, by_line = stream.encoding, stream.errors, stream.line_buffering
        text = PlainText(stream.detach(), encoding=encoding, errors=errors, line_buffering=by_line)
        setattr(sys, name, text)
