"""When a tick is worth a record."""


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
    ) -> bool:
        """Return whether this tick is recorded.

        Args:
            recording: Whether the driver has switched recording on.
            mode: Drive mode.
            sequence: Number of the newest picture; ``None`` if the camera does not count.
            stop_reason: What keeps the car from driving; "" or ``None`` if it may.
        """
        is_new = sequence is None or sequence != self._last_sequence
        self._last_sequence = sequence
        allowed = not stop_reason and (self.during_ai or mode in (None, "user"))
        return bool(recording) and is_new and allowed
