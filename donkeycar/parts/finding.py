"""What somebody who looks at a computer found: one line of the report of `donkey doctor`."""

from typing import NamedTuple

OK, WARNING, MISSING = "ok", "warning", "missing"


class Finding(NamedTuple):
    """One line of the report.

    Attributes:
        what: What was looked at.
        state: `OK`, `WARNING` or `MISSING`.
        found: What was seen.
        step: What to do next; "" if nothing.
    """

    what: str
    state: str
    found: str
    step: str = ""
