"""An ensemble: several pilots that answer as one; their disagreement is a measure of uncertainty.

Pilots that were trained on different folds of the recordings agree where the recordings are clear,
and differ where they are ambiguous.

Source: Lakshminarayanan, Pritzel, Blundell, "Simple and Scalable Predictive Uncertainty Estimation
using Deep Ensembles", NeurIPS 2017.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.files.folds_file import MAX_MEMBERS, MIN_MEMBERS, UsualSpread
from donkeycar.pilots.files.novelty import features
from donkeycar.pilots.inference.candidate import Candidate
from donkeycar.pilots.inference.pilot import NetworkPilot
from donkeycar.pilots.protocol import MAX_OVERSHOOT

# Properties that all members must share, and how to find them; first those in their files.
ON_PAPER: dict[str, Callable[[Any], object]] = {
    "type": lambda pilot: pilot.kind.name,
    "options": lambda pilot: pilot.options,
    "frame size": lambda pilot: pilot.input_shape,
    "transforms": lambda pilot: pilot.transforms.to_json(),
}
ALIKE = {**ON_PAPER, "network inputs": lambda pilot: pilot.network_inputs}


class Ensemble:
    """Pilots of one kind that see the same frames; the answer is the mean of their answers.

    The first member keeps the past for all of them: a frame is prepared once, and members that
    remember their answers all remember the *mean*. The mean moved the car, and in training, too,
    the remembered answers are those that moved the car.

    `load_pilot` makes an ensemble of a folder that `donkey train --folds` wrote.

    Args:
        members: 2 to 50 pilots, ready to drive.
        usual: Their usual disagreement; ``None`` if it was not measured.

    Attributes:
        members: The pilots.
        opinions: Angle and throttle of each of them for the last frame, ``(members, 2)``; ``None``
            before the first. Any thread may look.

    Raises:
        PilotError: If they differ in anything but their weights.
    """

    def __init__(
        self, members: Sequence[NetworkPilot], *, usual: UsualSpread | None = None
    ) -> None:
        if not MIN_MEMBERS <= len(members) <= MAX_MEMBERS:
            raise PilotError(
                f"An ensemble has {MIN_MEMBERS} to {MAX_MEMBERS} pilots. Received: {len(members)}"
            )
        check_alike(members, ALIKE)
        first = members[0]
        self.members = tuple(members)
        self.opinions: np.ndarray | None = None
        self.kind = first.kind
        self.info = first.info
        self.options: dict[str, Any] = first.options
        self.input_shape = first.input_shape
        self.vector_channels = first.vector_channels
        self.vector_size = first.vector_size
        self._first = first
        self._usual = usual

    def reset(self) -> None:
        """Forget all earlier frames and answers."""
        self.opinions = None
        for member in self.members:
            member.reset()

    def infer(self, image: np.ndarray, vector: np.ndarray | None = None) -> tuple[float, float]:
        """Answer for one frame.

        Args:
            image: As for `NetworkPilot.infer`.
            vector: As there.

        Returns:
            Mean angle and throttle. If the answer of one member is void, because it is not a number
            or twice as large as allowed, both are NaN: the others must not hide a network that is
            lost.

        Raises:
            PilotError: If frame or vector is not what the pilots were made for.
        """
        shown = self._first.inputs(image, vector)
        opinions = np.array([member.answer(shown) for member in self.members], float)
        self.opinions = opinions
        # A comparison with NaN is false, so this finds it too.
        if not (np.abs(opinions) <= MAX_OVERSHOOT).all():
            return float("nan"), float("nan")
        angle, throttle = opinions.mean(axis=0)
        answer = float(angle), float(throttle)
        self._first.remember(answer)
        return answer

    @property
    def spread(self) -> float | None:
        """Spread of their angles on the last frame: see `spread_of`."""
        opinions = self.opinions
        return None if opinions is None else float(spread_of(opinions[:, 0]))

    @property
    def has_disagreement(self) -> bool:
        """Whether it has a disagreement, that is, whether the usual disagreement is known."""
        return self._usual is not None

    def disagreement(self) -> float | None:
        """The disagreement of the members on the last frame.

        Any thread may call this, also while another one drives with it.

        Returns: 0 for half of the usual frames, up to 1 for 99 of 100 of them, and more for others;
        infinite if one of them has no answer; ``None`` before the first frame, and if the usual
        disagreement is not known.
        """
        spread = self.spread
        return None if spread is None or self._usual is None else self._usual.disagreement(spread)

    @property
    def has_novelty(self) -> bool:
        """Whether one of the members has a novelty model."""
        return any(member.has_novelty for member in self.members)

    def novelty(self) -> float | None:
        """The novelty of the last frame: the median of the members' novelties.

        A place may be new to one member only, and the others still know the way. The largest of the
        values would be above 1 in up to one usual frame in a hundred *for each* member.

        Any thread may call this, also while another one drives with it.

        Returns:
            As `NetworkPilot.novelty`.
        """
        frame = self._first.seen()
        if frame is None or not self.has_novelty:
            return None
        found = features(frame)  # takes ten times as long as the rating
        infos = [member.info for member in self.members]
        known = [info.novelty.of_features(found) for info in infos if info and info.novelty]
        return float(np.median(known))

    @property
    def shown(self) -> dict[str, np.ndarray]:
        """The last inputs of the networks, the same for all of them."""
        return self._first.shown

    @property
    def location(self) -> int | None:
        """The place that most members recognise in the last frame."""
        votes = Counter(one.location for one in self.members if one.location is not None)
        return votes.most_common(1)[0][0] if votes else None


def check_alike(
    members: Sequence[NetworkPilot] | Sequence[Candidate],
    what: Mapping[str, Callable[[Any], object]],
) -> None:
    """Refuse members that differ in a property that an ensemble must share.

    Args:
        members: Pilots, or the files of some.
        what: `ALIKE`, or `ON_PAPER` for files.

    Raises:
        PilotError: If they differ.
    """
    first = members[0]
    for name, found in what.items():
        other = next((one for one in members if found(one) != found(first)), None)
        if other is not None:
            raise PilotError(
                f"The pilots of an ensemble must have the same {name}. Received: "
                f"{found(first)!s:.100} and {found(other)!s:.100}"
            )


def cannot_drive_together(folder: Path, error: PilotError) -> PilotError:
    """Add the folder to the error."""
    return PilotError(f"The pilots in {folder} cannot drive together: {error}")


def spread_of(angles: np.ndarray) -> np.ndarray:
    """Spread of angles: their standard deviation, within the range of the wheels.

    Args:
        angles: ``(..., members)``.

    Returns:
        ``(...)``, 0 to 1; infinite where one is not a number.

    Example:
        >>> float(spread_of(np.array([-0.5, 0.5, 1.5, -1.0])))
        0.7905694150420949
    """
    spread = np.std(np.clip(angles, -1, 1), axis=-1)
    return np.where(np.isfinite(angles).all(axis=-1), spread, np.inf)


# The result of `load_pilot`.
LoadedPilot: TypeAlias = NetworkPilot | Ensemble
