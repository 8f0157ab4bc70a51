"""How wrong the network is row by row, and the pictures it is most wrong about."""

from typing import TYPE_CHECKING

import numpy as np

from donkeycar.training.replay.paper import INK, SOFT, TICK_PT, class_colour, fresh, legend, limits
from donkeycar.training.replay.probe import Array
from donkeycar.training.replay.scene import Scene
from donkeycar.training.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure

# How many of the worst are shown.
WORST = 8
# Smaller than this, an input is no picture, in pixels.
SMALLEST_PX = 8


class FrameErrors(Scene):
    """Error of each row, and the frames with the largest sum of errors, worst first."""

    title = "error by frame"
    wide = True

    def set_up(self, sheet: "SubFigure") -> None:
        """The errors, and a row of pictures below them if the input is pictures."""
        self._frames = frames_of(self.study)
        if self._frames is None:
            self._axes, self._pictures = sheet.subplots(), []
        else:
            count = min(WORST, len(self.study.probe))
            grid = sheet.add_gridspec(2, count, height_ratios=(1.0, 1.0))
            self._axes = sheet.add_subplot(grid[0, :])
            self._pictures = [sheet.add_subplot(grid[1, place]) for place in range(count)]
        errors = [part for place in self.places for part in self.study.errors(place).values()]
        self._top = limits(errors, margin=0.05)[1]

    def draw(self, place: int) -> None:
        """Show the errors of an epoch."""
        errors = self.study.errors(place)
        worst = np.argsort(-np.nan_to_num(sum(errors.values()), nan=np.inf), kind="stable")
        fresh(self._axes, x="row of the probe", y="error")
        for number, (name, values) in enumerate(errors.items()):
            self._axes.plot(
                values, color=class_colour(number), lw=0.9, alpha=0.8,
                label=f"{name}, mean {np.mean(values):.3f}",
            )  # fmt: skip
        rows = len(self.study.probe)
        self._axes.set(xlim=(-0.01 * rows, 1.01 * rows), ylim=(0, self._top))
        legend(self._axes, ncols=4, loc="upper right", labelcolor=INK)
        for axes, row in zip(self._pictures, worst, strict=False):
            self._axes.axvline(row, color=SOFT, lw=0.6, zorder=0)
            fresh(axes)
            axes.grid(visible=False)
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
            axes.imshow(self._picture(row), cmap="gray", vmin=0, vmax=255, aspect="equal")
            axes.set_title(self._caption(place, row), fontsize=TICK_PT - 0.5, color=INK, pad=3)

    def _picture(self, row: int) -> Array:
        if self._frames is None:
            raise ValueError("there are no pictures")
        frame = self._frames[row]
        if frame.dtype != np.uint8:  # float pictures are scaled as a whole: nobody knows how
            low, high = limits([self._frames.ravel()], margin=0)
            frame = np.clip(255 * (frame - low) / (high - low), 0, 255).astype(np.uint8)
        return frame[..., 0] if frame.shape[-1] == 1 else frame

    def _caption(self, place: int, row: int) -> str:
        """Which row it is, what was answered, and what was right."""
        lines = [f"row {row}"]
        for name, answers in self.study.answers(place).items():
            if self.study.meanings[name] == "regression":
                answer, right = answers[row].ravel()[0], self.study.probe.targets[name][row]
                words = f"{answer:+.2f}, right {np.ravel(right)[0]:+.2f}"
            else:
                best = self.study.probabilities(name, answers[row : row + 1]).argmax()
                words = f"{best}, right {self.study.classes(name)[row]}"
            lines.append(f"{name} {words}")
        return "\n".join(lines[:3])


def frames_of(study: Study) -> Array | None:
    """The pictures that go into the network, ``(rows, height, width, 1 or 3)``, if any do.

    Of a sequence of pictures the last ones are taken.
    """
    for values in study.probe.inputs.values():
        frames = values[:, -1] if values.ndim == 5 else values
        if frames.ndim == 4 and frames.shape[3] in (1, 3) and min(frames.shape[1:3]) >= SMALLEST_PX:
            return frames
    return None
