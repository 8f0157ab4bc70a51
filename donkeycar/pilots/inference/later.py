"""Lazy loading of a pilot: the car is built before its network is open.

Opening a network takes a child process, and seconds on a small computer; but the pilot's files
contain everything that is needed to build the car.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.commands import pip_install
from donkeycar.errors import PilotError
from donkeycar.pilots.files.folds_file import UsualSpread, holds_folds, read_folds
from donkeycar.pilots.files.names import Precision
from donkeycar.pilots.files.sidecar import PilotInfo
from donkeycar.pilots.inference.candidate import Candidate, check_candidate
from donkeycar.pilots.kinds.options import Options
from donkeycar.pilots.kinds.registry import PilotType
from donkeycar.pilots.transform import Shape, Transforms
from donkeycar.sandbox.cancellation import Cancellation

if TYPE_CHECKING:
    from donkeycar.pilots.inference.ensemble import LoadedPilot


class LaterPilot:
    """A pilot whose files are checked at once, and whose network is opened by `load`.

    Before that, methods that need the network return ``None``.

    Args:
        path: As in `donkeycar.pilots.inference.load.load_pilot`; the other arguments, too.
        type: Type of a bare file.
        camera_shape: Shape of this car's frames.
        precision: Precision of the file that drives; ignored if `interval_s` is given.
        transforms: Transforms in this car's settings.
        options: Options of a bare file.
        interval_s: Time from tick to tick of the loop; the file that drives is then found by
            measuring, see `donkeycar.pilots.inference.precision_choice`.

    Attributes:
        kind: Type of the pilot.
        info: Content of its sidecar, ``None`` for a bare file; for an ensemble, that of the first.
        options: Options of its type; empty for a bare file.
        vector_channels: Channels that form the second input.
        has_novelty: Whether it has a novelty model.
        has_disagreement: Whether it has a disagreement.

    Raises:
        PilotError: If the files cannot be a pilot of this car, as far as this shows without opening
            the network; or if LiteRT is not installed.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        type: str | None = None,
        camera_shape: Shape | None = None,
        precision: Precision | None = None,
        transforms: Transforms | None = None,
        options: Options | None = None,
        interval_s: float | None = None,
    ) -> None:
        self._path = Path(path).expanduser()
        self._given = {
            "type": type, "camera_shape": camera_shape, "transforms": transforms,
        }  # fmt: skip
        self._options, self._precision, self._interval_s = options, precision, interval_s
        self._cancellation = Cancellation()
        self._pilot: LoadedPilot | None = None
        if find_spec("ai_edge_litert") is None:
            raise PilotError(f"Pilots run on LiteRT: {pip_install('ai-edge-litert')}")
        found, usual = self._judged()
        self.kind: PilotType = found[0].kind or self._opened().kind  # which says what fits
        self.info: PilotInfo | None = found[0].info
        self.options: dict[str, Any] = found[0].options
        self.vector_channels = self.kind.vector_channels
        self.has_novelty = any(one.has_novelty for one in found)
        self.has_disagreement = usual is not None

    def load(self) -> "LoadedPilot":
        """Open the network in a child process, then here, and warm it up; once.

        Raises:
            PilotError: As `load_pilot`; or if the files were replaced in the meantime by a pilot
                that this car was not built for.
        """
        if self._pilot is None:
            pilot = self._opened()
            if self._differs(pilot):
                raise PilotError(
                    f"{self._path} changed while the car started. Start the car again."
                )
            self._pilot = pilot
        return self._pilot

    def abandon(self) -> None:
        """End the child process that `load` waits for, from any thread; nobody needs the pilot."""
        self._cancellation.cancel()

    def novelty(self) -> float | None:
        """As for the pilot; ``None`` before it is loaded."""
        return None if self._pilot is None else self._pilot.novelty()

    def disagreement(self) -> float | None:
        """As for the pilot; ``None`` before it is loaded."""
        return None if self._pilot is None else self._pilot.disagreement()

    def _judged(self) -> tuple[list[Candidate], UsualSpread | None]:
        """The files of the pilot, or of all pilots of an ensemble, and how far those disagree."""
        wanted: dict[str, Any] = {**self._given, "precision": self._precision}
        if not holds_folds(self._path):
            return [check_candidate(self._path, **wanted)], None
        from donkeycar.pilots.inference.ensemble import ON_PAPER, cannot_drive_together, check_alike

        folds = read_folds(self._path)
        found = [check_candidate(path, **wanted) for path in folds.pilots]
        try:
            check_alike(found, ON_PAPER)
        except PilotError as error:
            raise cannot_drive_together(self._path, error) from error
        return found, folds.usual

    def _opened(self) -> "LoadedPilot":
        wanted: dict[str, Any] = {
            **self._given, "options": self._options, "cancellation": self._cancellation,
        }  # fmt: skip
        # Loaded here: what opens networks is not needed before.
        if self._interval_s is not None:
            from donkeycar.pilots.inference.precision_choice import load_quick_enough

            return load_quick_enough(self._path, interval_s=self._interval_s, **wanted)
        from donkeycar.pilots.inference.load import load_pilot

        return load_pilot(self._path, precision=self._precision, **wanted)

    def _differs(self, pilot: "LoadedPilot") -> bool:
        """Whether the car was built for another pilot than the one in the files now."""
        return (
            pilot.kind is not self.kind
            or (pilot.info is None) is not (self.info is None)
            or pilot.has_novelty is not self.has_novelty
            or pilot.has_disagreement is not self.has_disagreement
            or (self.info is not None and pilot.options != self.options)
        )
