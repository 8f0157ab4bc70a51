"""When a tick is worth a record."""

# Why nothing is recorded though recording is on, in the words of the page.
STOPPED = "Nothing is recorded while the car is stopped."
BY_PILOT = (
    "Nothing is recorded while the pilot {does}. Choose You, or set RECORD_DURING_AI = True in "
    "myconfig.py."
)
DOES = {"local_angle": "steers", "local": "drives"}


class RecordingRule:
    """Decides, tick by tick, whether to record.

    A record is made while recording is on, once for each new picture: the same picture twice
    would teach a pilot nothing and weigh double. Nothing is recorded while the car is stopped: it
    stands because nobody drives, not because standing is right there. While the pilot has a share
    in driving, nothing is recorded unless asked for, because a pilot should not learn from itself
    unnoticed.

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
        """Return whether this tick is recorded, and why it is not though the driver wants it.

        Args:
            recording: Whether the driver has switched recording on.
            mode: Drive mode.
            sequence: Number of the newest picture; ``None`` if the camera does not count.
            stop_reason: What keeps the car from driving; "" or ``None`` if it may.

        Returns:
            Whether to record, and a sentence for the driver: "" while recording is off, and while
            pictures are recorded as they come.
        """
        is_new = sequence is None or sequence != self._last_sequence
        self._last_sequence = sequence
        why_not = self._why_not(mode, stop_reason) if recording else ""
        return bool(recording) and is_new and not why_not, why_not

    def _why_not(self, mode: str | None, stop_reason: str | None) -> str:
        # The pilot first: to resume does not help then.
        if not self.during_ai and mode not in (None, "user"):
            return BY_PILOT.format(does=DOES.get(mode, "drives"))
        return STOPPED if stop_reason else ""
