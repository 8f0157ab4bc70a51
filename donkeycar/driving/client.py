"""A client of the cockpit: one page, script, gamepad or remote control."""

from collections.abc import Callable
from dataclasses import dataclass

from donkeycar.driving.message import Message

# A driver may push the throttle in order to take the wheel; a throttle that was pushed for longer
# than this was already held before.
HELD_S = 0.5

# How long a press of resume waits for a steady link and the throttle at zero.
RESUME_WITHIN_S = 1.0


@dataclass(slots=True)
class Client:
    """One page, script, gamepad or remote control, as the cockpit knows it.

    Attributes:
        name: Its name in the lease.
        kind: ``"web"``, ``"gamepad"`` or ``"rc"``.
        echoes: Whether it has ever echoed a tick; from then on it always must.
        next_seq: The lowest sequence number that its next message may have.
        records: Whether its last offer wanted to record.
        resume_until_s: Until when its press of resume is valid.
        drove: Whether it drove when it went away. If so, it takes a free wheel when it comes back.
        pushed_since_s: Since when it pushes the throttle without driving; ``None`` if it does not.
        must_let_go: Whether it took the wheel with a throttle that was already held; this throttle
            counts only after it was released.
    """

    name: str
    kind: str = "web"
    echoes: bool = False
    next_seq: int = 0
    records: bool | None = None
    resume_until_s: float = 0.0
    drove: bool = False
    pushed_since_s: float | None = None
    must_let_go: bool = False

    def push(self, throttle: float, now_s: float, *, drives: bool, drove: bool = False) -> float:
        """Return how much of the throttle that the client wants counts.

        Args:
            throttle: -1 to +1.
            now_s: The time, on the clock of all calls.
            drives: Whether it holds the wheel now.
            drove: Whether it held the wheel before, as a page does that was handed it.
        """
        if throttle == 0.0:
            self.pushed_since_s, self.must_let_go = None, False
            return throttle
        if not drives:
            if self.pushed_since_s is None:
                self.pushed_since_s = now_s
            return throttle
        since_s, self.pushed_since_s = self.pushed_since_s, None
        if not drove and since_s is not None and now_s - since_s > HELD_S:
            self.must_let_go = True
        return 0.0 if self.must_let_go else throttle

    def is_current(self, message: Message, *, is_fresh: Callable[[int], bool]) -> bool:
        """Whether a message is in time and new; other messages can only reduce the throttle.

        Args:
            message: The newest one.
            is_fresh: Whether the round of state messages that it echoes is recent enough.
        """
        if message.seq is not None:
            if message.seq < self.next_seq:
                return False
            self.next_seq = message.seq + 1
        if message.echo is None:
            return not self.echoes
        self.echoes = True
        return is_fresh(message.echo)

    def switches_recording(self, wanted: bool | None, *, may_drive: bool) -> bool | None:
        """Return the recording state that the client asks for, when that changes.

        Only a change counts, so that others can switch recording, too.

        Args:
            wanted: Whether it wants to record; ``None`` if it leaves that to others.
            may_drive: Whether nothing keeps the car from driving.

        Returns:
            ``None`` if recording stays as it is.
        """
        if wanted is None:
            return None
        wanted = wanted and may_drive
        if wanted == self.records:
            return None
        self.records = wanted
        return wanted

    def press_resume(self, now_s: float) -> None:
        """Ask to drive on; the request is valid from `now_s` for a moment."""
        self.resume_until_s = now_s + RESUME_WITHIN_S
