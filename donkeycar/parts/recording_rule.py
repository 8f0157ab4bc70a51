"""Recording rule: decides which ticks are recorded."""

# Why nothing is recorded although recording is on, as sentences for the page.
STOPPED = "Nothing is recorded while the car is stopped."
BY_PILOT = (
    "Nothing is recorded while the pilot {does}. Choose You, or set RECORD_DURING_AI = True in "
    "myconfig.py."
)
DOES = {"local_angle": "steers", "local": "drives"}


class RecordingRule:
    """Decides, tick by tick, whether to record.

    While recording is on, each new picture gives one record; the same picture twice would add no
    information and count double. While the car is stopped, nothing is recorded: it stands because
    nobody drives, not because standing is right there. While the pilot drives or steers, nothing is
    recorded unless `during_ai` is set, because a pilot should not learn from itself unnoticed.

    Args:
        during_ai: Whether to record in the pilot modes as well (`RECORD_DURING_AI`).
    """

    def __init__(self, *, during_ai: bool = False) -> None:
        self.during_ai = during_ai
        self._last_sequence: int | None = None

    def run(
        self,
        recording: bool | None,
        mode: str | None,
        sequence: int | None,
        stop_reason: str | None = None,
    ) -> tuple[bool, str]:
        """Return whether this tick is recorded, and why not although the driver wants it.

        Args:
            recording: Whether the driver has switched recording on.
            mode: Drive mode.
            sequence: Number of the newest picture; ``None`` if the camera does not count.
            stop_reason: Why the car may not drive; "" or ``None`` if it may.

        Returns:
            Whether to record, and a sentence for the driver: "" while recording is off, and while
            pictures are recorded as they come.
        """
        is_new = sequence is None or sequence != self._last_sequence
        self._last_sequence = sequence
        why_not = self._why_not(mode, stop_reason) if recording else ""
        return bool(recording) and is_new and not why_not, why_not

    def _why_not(self, mode: str | None, stop_reason: str | None) -> str:
        # The pilot first, because Resume does not help then.
        if not self.during_ai and mode not in (None, "user"):
            return BY_PILOT.format(does=DOES.get(mode, "drives"))
        return STOPPED if stop_reason else ""
