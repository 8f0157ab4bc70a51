"""Pictures of one or several recordings, side by side on one sheet, for one epoch or all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from donkeycar.errors import TrainingError
from donkeycar.replay.animation import check_animation, write_animation
from donkeycar.replay.paper import INK, SOFT, TITLE_PT, new_figure
from donkeycar.replay.probe_data import Array
from donkeycar.replay.scene import Scene
from donkeycar.replay.scenes import SCENES, chosen
from donkeycar.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Size of one picture, in inches.
WIDTH_IN, HEIGHT_IN = 4.0, 3.0
HEAD_IN = 0.35


class RecordedTraining(Protocol):
    """A recording with its epochs and the index of each one; a `Replay` is one."""

    study: Study

    @property
    def epochs(self) -> tuple[int, ...]:
        """Numbers of the recorded epochs."""

    def place(self, epoch: int) -> int:
        """Index of an epoch in `epochs`."""


@dataclass(frozen=True)
class Panel:
    """One picture on a sheet.

    Attributes:
        replay: The recording that it shows.
        show: Name of the picture, one of `scenes.SCENES`.
        title: Title above it; ``None`` for the usual one.
        layer: The layer, for pictures of one layer; ``None`` for the usual one.
    """

    replay: RecordedTraining
    show: str
    title: str | None = None
    layer: str | None = None


class PanelFigure:
    """A sheet of panels that is drawn again for every epoch.

    Args:
        panels: The pictures; wide ones come last, in rows of their own.
        epochs: Numbers of the epochs that will be drawn; axes suit all of them.

    Raises:
        TrainingError: If a picture cannot be drawn for its recording.
    """

    def __init__(self, panels: Sequence[Panel], epochs: Sequence[int]) -> None:
        for panel in panels:
            chosen(panel.replay.study, [panel.show])
        self._panels = sorted(panels, key=lambda panel: SCENES[panel.show].wide)
        self._first = min(panel.replay.epochs[0] for panel in panels)
        self._last = max(panel.replay.epochs[-1] for panel in panels)
        recordings = {panel.replay.study.recording.name for panel in panels}
        self._scenes: list[tuple[Scene, Panel]] = []
        places = _grid(self._panels)
        columns, rows = max(p[1].stop for p in places), places[-1][0] + 1
        self.figure = new_figure(columns * WIDTH_IN, rows * HEIGHT_IN + HEAD_IN)
        grid = self.figure.add_gridspec(rows, columns)
        for panel, (row, across) in zip(self._panels, places, strict=True):
            kind = SCENES[panel.show]
            scene = kind(
                panel.replay.study,
                sorted({panel.replay.place(epoch) for epoch in epochs}),
                panel.layer,
            )
            sheet = self.figure.add_subfigure(grid[row, across])
            title = panel.title or scene.heading
            if panel.title is None and len(recordings) > 1:
                title = f"{panel.replay.study.recording.name}: {title}"
            sheet.suptitle(title, fontsize=TITLE_PT, fontweight="bold", color=INK)
            scene.set_up(sheet)
            self._scenes.append((scene, panel))
        self._head = self.figure.suptitle("", fontsize=TITLE_PT, color=SOFT)
        self.draw(epochs[-1])
        # Measured once, because a sheet on which things move about is hard to read.
        self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")

    def draw(self, epoch: int) -> None:
        """Draw an epoch in place of the last one."""
        for scene, panel in self._scenes:
            scene.draw(panel.replay.place(epoch))
        words = [f"epoch {epoch} of {self._last}"] if self._last > self._first else []
        words += ["before training"] if epoch == self._first else []
        self._head.set_text(", ".join(words))

    def pixels(self, epoch: int) -> Array:
        """Draw an epoch, and return it: ``uint8`` RGB, ``(height, width, 3)``, even sides."""
        self.draw(epoch)
        canvas = self.figure.canvas
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]  # type: ignore[attr-defined]
        height, width = (side - side % 2 for side in pixels.shape[:2])
        return pixels[:height, :width].copy()


def draw(panels: Sequence[Panel], epoch: int | None = None) -> "Figure":
    """Draw pictures of one or several recordings for one epoch.

    Args:
        panels: The pictures, at least one.
        epoch: Its number; ``None`` for the last one. A recording that ended earlier shows its end.

    Returns:
        The figure; ``figure.savefig(path)`` writes it.

    Raises:
        TrainingError: If there is no such epoch, or a picture cannot be drawn for its recording.
    """
    epochs = _epochs(panels)
    if epoch is None:
        epoch = epochs[-1]
    if epoch not in epochs:
        raise TrainingError(
            f"`epoch` must be one that was recorded, {epochs[0]} to {epochs[-1]}. "
            f"Received: epoch={epoch}"
        )
    return PanelFigure(panels, [epoch]).figure


def movie(panels: Sequence[Panel], path: str | Path, *, rate_hz: float = 5.0) -> Path:
    """Draw pictures of one or several recordings for all epochs, one after another.

    Args:
        panels: The pictures, at least one.
        path: The file, ``.gif`` or ``.mp4``.
        rate_hz: Epochs per second, more than 0, at most 50.

    Returns:
        `path`.

    Raises:
        TrainingError: If a picture cannot be drawn for its recording, or the file not written.
    """
    epochs = _epochs(panels)
    check_animation(path, rate_hz)
    figure = PanelFigure(panels, epochs)

    def frames() -> Iterator[Array]:
        for epoch in epochs:
            yield figure.pixels(epoch)

    samples = [figure.pixels(epochs[place]) for place in {0, len(epochs) // 2, len(epochs) - 1}]
    return write_animation(Path(path), frames(), samples=samples, rate_hz=rate_hz)


def _epochs(panels: Sequence[Panel]) -> list[int]:
    if not panels:
        raise TrainingError("There must be at least one picture to draw. Received: none")
    return sorted({epoch for panel in panels for epoch in panel.replay.epochs})


def _grid(panels: Sequence[Panel]) -> list[tuple[int, slice]]:
    """Row and columns of each panel, the wide ones last."""
    narrow = sum(not SCENES[panel.show].wide for panel in panels)
    columns = {0: 2, 1: 1 if narrow == len(panels) else 2, 2: 2, 4: 2}.get(narrow, 3)
    if narrow == 1:  # alone in its row
        places = [(0, slice(0, columns))]
    else:
        places = [(n // columns, slice(n % columns, n % columns + 1)) for n in range(narrow)]
    first_wide = -(-narrow // columns)
    places += [(first_wide + n, slice(0, columns)) for n in range(len(panels) - narrow)]
    return places
