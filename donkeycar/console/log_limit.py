"""What strangers on the network can have written into the log: little, short and plain."""

import logging

from donkeycar.console.token_bucket import TokenBucket
from donkeycar.timing import Clock, RealClock

# Whoever can be made to write by a request: tornado of what it cannot read, asyncio of connections
# that break, the guard of what failed.
LOGGERS = (
    "tornado.access", "tornado.application", "tornado.general", "asyncio",
    "donkeycar.console.guard",
)  # fmt: skip
LINES_HZ = 0.2
BURST = 10
MAX_LETTERS = 200
MAX_TRACE_LETTERS = 4000


class LogLimit(logging.Filter):
    """Passes ten lines at once and one every five seconds, cut short, without control characters.

    What was left out is counted in the next line that passes.

    Args:
        clock: Source of time.
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        super().__init__()
        self._bucket = TokenBucket(
            LINES_HZ, burst=BURST, clock=RealClock() if clock is None else clock
        )
        self._left_out = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether `record` is written; what is written is made plain."""
        if not self._bucket.take():
            self._left_out += 1
            return False
        text = plain(record.getMessage(), MAX_LETTERS)
        if self._left_out:
            text += f" ({self._left_out} more lines were left out)"
            self._left_out = 0
        record.msg, record.args = text, ()
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            lines = trace[-MAX_TRACE_LETTERS:].splitlines()
            record.exc_text = "\n".join(plain(line, MAX_LETTERS) for line in lines)
        return True


def limit_logs(clock: Clock | None = None) -> LogLimit:
    """Have all `LOGGERS` share one limit; take the filter off again with `lift`."""
    limit = LogLimit(clock=clock)
    for name in LOGGERS:
        logging.getLogger(name).addFilter(limit)
    return limit


def lift(limit: LogLimit) -> None:
    """Let the loggers write as they did before `limit_logs`."""
    for name in LOGGERS:
        logging.getLogger(name).removeFilter(limit)


def plain(text: str, max_letters: int) -> str:
    """`text` in one line of printable letters, at most so many; others are written as escapes."""
    short = text if len(text) <= max_letters else f"{text[:max_letters]}..."
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in short
    )
