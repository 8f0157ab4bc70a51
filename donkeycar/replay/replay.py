"""Replay of one recorded training."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.errors import TrainingError
from donkeycar.keras_backend import import_keras
from donkeycar.replay.panel import Panel, draw, movie
from donkeycar.replay.probe_data import Array, Given
from donkeycar.replay.recording import Recording, load
from donkeycar.replay.scenes import chosen, possible
from donkeycar.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Replay:
    """Draws a training that a `ReplayRecorder` recorded, even while it is still running.

    Args:
        file: The HDF5 file.
        group: Name of the recording; ``None`` if the file holds only one.

    Raises:
        TrainingError: If there is no such recording, it is damaged, or it needs foreign code.

    Example:
        replay = Replay("run.h5", "tanh")
        replay.animate("run.gif", ["decision_boundary", "loss"])
    """

    def __init__(self, file: str | Path, group: str | None = None) -> None:
        self._begin(load(Path(file).expanduser(), group))

    @classmethod
    def from_model(
        cls, model: Any, probe_inputs: Given, probe_targets: Given, *, name: str = ""
    ) -> "Replay":
        """Use a network as it is, trained or only initialised; nothing is written.

        Args:
            model: A Sequential or functional ``keras.Model``. If it is not compiled, squared errors
                are used as losses, or the cross-entropy for probabilities.
            probe_inputs: Inputs to answer. An array, or one for each input by name.
            probe_targets: The right answers. An array, or one for each output by name.
            name: A name that distinguishes it from others; by default, the model's own.
        """
        import_keras()
        replay = cls.__new__(cls)
        replay._begin(Recording.of(model, probe_inputs, probe_targets, name=name))
        return replay

    def _begin(self, recording: Recording) -> None:
        self.study = Study(recording)

    @property
    def name(self) -> str:
        """Name of the recording."""
        return self.study.recording.name

    @property
    def epochs(self) -> tuple[int, ...]:
        """Numbers of the recorded epochs; the first is before any training, usually 0."""
        return self.study.recording.epochs

    @property
    def history(self) -> dict[str, Array]:
        """Loss, metrics and ``learning_rate``, one value for each epoch except the first."""
        return self.study.recording.history

    @property
    def shows(self) -> list[str]:
        """Names of the pictures that can be drawn."""
        return possible(self.study)

    def place(self, epoch: int) -> int:
        """Index of an epoch in `epochs`; for a missing epoch, the index of the one before it."""
        return max(0, sum(number <= epoch for number in self.epochs) - 1)

    def model(self, epoch: int | None = None) -> Any:
        """The network after an epoch, by default the last one: a ``keras.Model``.

        Raises:
            TrainingError: If there is no such epoch.
        """
        epoch = self.epochs[-1] if epoch is None else epoch
        if epoch not in self.epochs:
            raise TrainingError(
                f"`epoch` must be one that was recorded, {self.epochs[0]} to {self.epochs[-1]}. "
                f"Received: epoch={epoch}"
            )
        return self.study.network.at(self.place(epoch))

    def panels(self, show: Sequence[str] | None = None, *, layer: str | None = None) -> list[Panel]:
        """Pictures for a sheet, which may be combined with those of other recordings.

        Args:
            show: Names of pictures, see `shows`; ``None`` for the usual ones.
            layer: Layer of the feature space; ``None`` for the last hidden layer, preferably one of
                two units.

        Raises:
            TrainingError: If one cannot be drawn.
        """
        return [Panel(self, name, layer=layer) for name in chosen(self.study, show)]

    def draw(
        self,
        show: Sequence[str] | None = None,
        *,
        epoch: int | None = None,
        layer: str | None = None,
    ) -> "Figure":
        """Draw one epoch, by default the last one; see `panels` for the arguments.

        Returns:
            The figure; ``figure.savefig(path)`` writes it.
        """
        return draw(self.panels(show, layer=layer), epoch)

    def animate(
        self,
        path: str | Path,
        show: Sequence[str] | None = None,
        *,
        layer: str | None = None,
        rate_hz: float = 5.0,
    ) -> Path:
        """Draw all epochs, one after another; see `panels` and `panel.movie` for the arguments."""
        return movie(self.panels(show, layer=layer), path, rate_hz=rate_hz)
