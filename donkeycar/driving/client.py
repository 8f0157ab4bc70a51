"""One of those who talk to the cockpit."""

from dataclasses import dataclass

# Who takes the wheel pushes the throttle to do so; one that was pushed for longer before was held.
HELD_S = 0.5


@dataclass(slots=True)
class Client:
    """One page, script, gamepad or remote control, as the cockpit knows it.

    Attributes:
        name: What its lease is held under.
        kind: ``"web"``, ``"gamepad"`` or ``"rc"``.
        echoes: Whether it ever echoed a tick: then it always must.
        seq: The greatest number of a message so far.
        records: Whether its offers last wanted to record.
        resume_until_s: Until when its wish to resume stands.
        drove: Whether it drove when it went away: then it takes a free wheel by coming back.
        pushed_since_s: Since when it pushes throttle without driving; ``None`` if it does not.
        must_let_go: Whether it took the wheel with a throttle that was held before: that counts
            once it was let go of.
    """

    name: str
    kind: str = "web"
    echoes: bool = False
    seq: int = -1
    records: bool | None = None
    resume_until_s: float = 0.0
    drove: bool = False
    pushed_since_s: float | None = None
    must_let_go: bool = False

    def push(self, throttle: float, now_s: float, *, drives: bool, drove: bool) -> float:
        """Take the throttle it wants; how much of it counts.

        Args:
            throttle: -1 to +1.
            now_s: The time, on the clock of all calls.
            drives: Whether it holds the wheel now.
            drove: Whether it did before.
        """
        if throttle == 0.0:
            self.pushed_since_s, self.must_let_go = None, False
            return throttle
        if not drives:
            self.must_let_go = False
            if self.pushed_since_s is None:
                self.pushed_since_s = now_s
            return throttle
        since_s, self.pushed_since_s = self.pushed_since_s, None
        if not drove and since_s is not None and now_s - since_s > HELD_S:
            self.must_let_go = True
        return 0.0 if self.must_let_go else throttle
