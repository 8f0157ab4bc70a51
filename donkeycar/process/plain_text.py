"""Escapes control characters in output: names of files, gamepads and networks may be hostile.

If such a name is printed as it is, it can make a terminal clear its screen, change its title or
put words into the clipboard.
"""

import io
import sys

# Line feed, tab and carriage return (which rewrites a line) are kept.
KEPT = "\n\t\r"
# All other control characters (C0, DEL and C1) are shown as a programmer would write them.
SHOWN = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in KEPT}


class PlainText(io.TextIOWrapper):
    r"""A text file in which control characters are shown instead of sent.

    Example:
        >>> file = io.BytesIO()
        >>> text = PlainText(file, encoding="utf-8", write_through=True)
        >>> text.write("a\x1b[2Jb")
        9
        >>> file.getvalue()
        b'a\\x1b[2Jb'
    """

    def write(self, text: str, /) -> int:
        """Write `text`; return its length as shown."""
        return super().write(text.translate(SHOWN))


def print_plainly() -> None:
    """Replace this process's standard output and error with a `PlainText`."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if type(stream) is not io.TextIOWrapper:  # closed, or replaced by somebody else
            continue
        encoding, errors, by_line = stream.encoding, stream.errors, stream.line_buffering
        text = PlainText(stream.detach(), encoding=encoding, errors=errors, line_buffering=by_line)
        setattr(sys, name, text)
