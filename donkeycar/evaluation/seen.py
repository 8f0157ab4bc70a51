"""Data leakage check: warns if a pilot was trained on the records that evaluate it."""

from collections.abc import Sequence

from donkeycar.pilots.files.sidecar import PilotInfo
from donkeycar.training.records.recordings import Recordings


def seen_in_training(
    infos: Sequence[PilotInfo | None], recordings: Recordings, last: float = 1.0
) -> str:
    """Say which of these recordings the pilot was trained on.

    A tub is recognised by its path. Because tubs are copied from the car to a computer, it is also
    recognised by the name of its folder together with the name of a session.

    Args:
        infos: Sidecar of the pilot, or of all members of an ensemble; ``None`` for a file that does
            not say how it was trained.
        recordings: All recordings, before `last` selected a part.
        last: Share of the records, counted from the end, that is used for the evaluation.

    Returns:
        A warning in one sentence, ``""`` if no record was found in the training data.
    """
    trained_on = [info.data for info in infos if info and not _kept_back(info, recordings, last)]
    tubs = {word for data in trained_on for word in _words(data.get("tubs"))}
    known = [str(tub) for tub in recordings.tubs if str(tub.resolve()) in tubs]
    if known:
        return (
            f"trained on {_listed(known)}. A pilot does better on records that it was trained on: "
            "evaluate it on others."
        )
    sessions = {word for data in trained_on for word in _words(data.get("sessions"))}
    # A tub from before sessions had names can be recognised by the name of its folder only.
    known = [
        name for name in recordings.session_names if name in sessions and not name.endswith("/")
    ]
    if known:
        return (
            f"trained on recordings of the same name as {_listed(known)}. If they are copies, it "
            "looks better than it is."
        )
    return ""


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _kept_back(info: PilotInfo, recordings: Recordings, last: float) -> bool:
    """Whether the last records were the validation split of the pilot's training."""
    share = info.training.get("train_share")
    return (
        info.training.get("validation") == "last"
        and isinstance(share, int | float)
        and last <= 1 - share + 1e-9
        and info.data.get("records") == len(recordings)
        and _words(info.data.get("tubs")) == [str(tub.resolve()) for tub in recordings.tubs]
    )


def _words(value: object) -> list[str]:
    """The texts in a list of a sidecar, which may come from a stranger."""
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
