"""One of those who talk to the cockpit."""

from dataclasses import dataclass


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
    """

    name: str
    kind: str = "web"
    echoes: bool = False
    seq: int = -1
    records: bool | None = None
    resume_until_s: float = 0.0
    drove: bool = False
