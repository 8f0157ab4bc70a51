"""A loop in the rhythm of a part's news: a tick for each frame of a camera."""

from collections.abc import Sequence

from donkeycar.loop.doorbell import Doorbell
from donkeycar.loop.entry import Entry
from donkeycar.timing import LATE_SHARE

# Without news a tick runs after so many intervals: a frame may be late by half an interval.
PATIENCE = 1.5

# And after this long at the latest. The guardian stops the motor if the loop is silent for 150 ms;
# this leaves a third of that for a tick that takes long.
MAX_WAIT_S = 0.1


class NewsPace:
    """Begins a tick as soon as a part has news, and without news after a while all the same.

    A tick that begins a tenth of an interval after its news is late, for whatever reason.

    Args:
        rate_hz: The lowest rate of the loop, in hertz: without news a tick runs after
            `PATIENCE` intervals, and after `MAX_WAIT_S` at the latest.
        entries: The parts whose news begin a tick.
        bell: Hears of news; parts that are not in `entries` are answered between two ticks.

    Attributes:
        late_ticks: Ticks so far that were late, and intervals that passed meanwhile.

    Example:
        >>> from donkeycar.testing import FakeClock
        >>> bell = Doorbell(FakeClock())
        >>> pace = NewsPace(20, [], bell=bell)
        >>> pace.wait()
        >>> round(bell.monotonic(), 3)
        0.075
    """

    def __init__(self, rate_hz: float, entries: Sequence[Entry], *, bell: Doorbell) -> None:
        self.late_ticks = 0
        self._interval_s = 1 / rate_hz
        self._entries = tuple(entries)
        self._bell = bell
        self._began_s = bell.monotonic()

    def wait(self) -> None:
        """Return when the next tick is due. Call at the bottom of the loop."""
        due_s = self._began_s + min(PATIENCE * self._interval_s, MAX_WAIT_S)
        self._bell.wait_for(self._has_news, due_s)
        self._began_s = self._bell.monotonic()
        for entry in self._entries:
            if entry.has_news:
                due_s = min(due_s, entry.news_s)
                entry.has_news = False
        late_s = self._began_s - due_s
        if late_s > LATE_SHARE * self._interval_s:
            self.late_ticks += 1 + int(late_s / self._interval_s)

    def _has_news(self) -> bool:
        return any(entry.has_news for entry in self._entries)
