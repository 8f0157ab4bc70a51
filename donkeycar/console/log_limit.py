"""Log limit: requests of strangers on the network write only few, short and plain lines."""

import logging

from donkeycar.console.token_bucket import TokenBucket
from donkeycar.timing import Clock, RealClock

# Loggers that a request can make write: tornado logs requests that it cannot read, asyncio broken
# connections, and the guard internal errors.
LOGGERS = (
    "tornado.access", "tornado.application", "tornado.general", "asyncio",
    "donkeycar.console.guard",
)  # fmt: skip
LINES_HZ = 0.2
BURST = 10
MAX_LETTERS = 200
MAX_TRACE_LETTERS = 4000


class LogLimit(logging.Filter):
    """Passes ten lines at once and one every five seconds, shortened, without control characters.

    The next line that passes says how many lines were left out.

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
        """Return whether `record` is written, and make its text plain."""
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
    """Put one common limit on all `LOGGERS`; `lift` removes it."""
    limit = LogLimit(clock=clock)
    for name in LOGGERS:
        logging.getLogger(name).addFilter(limit)
    return limit


def lift(limit: LogLimit) -> None:
    """Let the loggers write as they did before `limit_logs`."""
    for name in LOGGERS:
        logging.getLogger(name).removeFilter(limit)


def plain(text: str, max_letters: int) -> str:
    """`text` in one line of at most `max_letters` letters; unprintable ones become escapes."""
    short = text if len(text) <= max_letters else f"{text[:max_letters]}..."
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in short
    )
