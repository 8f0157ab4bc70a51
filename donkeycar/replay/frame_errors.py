"""The error of each row, and the frames with the largest errors."""

from typing import TYPE_CHECKING

import numpy as np

from donkeycar.replay.paper import INK, SOFT, TICK_PT, class_colour, dress, legend, limits, wipe
from donkeycar.replay.probe_data import Array
from donkeycar.replay.scene import Scene
from donkeycar.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure

# How many of the worst frames are shown, and how many rows apart they are at least: neighbours in
# a recording show the same place.
WORST, APART = 6, 5
# Outputs of more numbers than this, pictures for example, are not written below a frame.
MOST_NUMBERS = 3
# An input smaller than this, in pixels, does not count as a picture.
SMALLEST_PX = 8


class FrameErrors(Scene):
    """The error of each row, and the frames with the largest errors, worst first.

    If several of these frames are close together, only the worst is shown.
    """

    title = "error by frame"
    wide = True

    @property
    def heading(self) -> str:
        """The title names frames only if the input is pictures."""
        if frames_of(self.study) is None:
            return "error by row"
        return f"{self.title} (the worst below: right → answer)"

    def set_up(self, sheet: "SubFigure") -> None:
        """Make axes for the errors, and a row of pictures below them if the input is pictures."""
        self._frames = frames_of(self.study)
        if self._frames is None:
            self._axes, self._pictures = sheet.subplots(), []
        else:
            count = min(WORST, len(self.study.probe))
            grid = sheet.add_gridspec(2, count, height_ratios=(1.0, 1.0))
            self._axes = sheet.add_subplot(grid[0, :])
            self._pictures = [sheet.add_subplot(grid[1, place]) for place in range(count)]
        dress(self._axes, x="row of the probe", y="error")
        for axes in self._pictures:
            axes.set_axis_off()
        errors = [part for place in self.places for part in self.study.errors(place).values()]
        rows, highest = len(self.study.probe), limits(errors, margin=0.05)[1]
        self._axes.set(xlim=(-0.01 * rows, 1.01 * rows), ylim=(0, highest))

    def draw(self, place: int) -> None:
        """Show the errors of an epoch."""
        errors = self.study.errors(place)
        worst = _worst(np.sum(list(errors.values()), axis=0), len(self._pictures))
        wipe(self._axes)
        for number, (name, values) in enumerate(errors.items()):
            self._axes.plot(
                values, color=class_colour(number), lw=0.9, alpha=0.8,
                label=f"{name}, mean {np.mean(values):.3f}",
            )  # fmt: skip
        legend(
            self._axes, ncols=4, labelcolor=INK, loc="lower right", bbox_to_anchor=(1, 1),
            borderpad=0.1,
        )  # fmt: skip
        for axes, row in zip(self._pictures, worst, strict=False):
            self._axes.axvline(row, color=SOFT, lw=0.6, zorder=0)
            wipe(axes)
            axes.imshow(self._picture(row), cmap="gray", vmin=0, vmax=255, aspect="equal")
            axes.set_title(self._caption(place, row), fontsize=TICK_PT - 0.5, color=INK, pad=3)

    def _picture(self, row: int) -> Array:
        if self._frames is None:
            raise ValueError("there are no pictures")
        frame: Array = self._frames[row]
        if frame.dtype != np.uint8:  # the scale of floats is unknown: take their range
            low, high = limits([self._frames.ravel()], margin=0)
            frame = np.clip(255 * (frame - low) / (high - low), 0, 255).astype(np.uint8)
        if frame.shape[-1] == 1:
            frame = frame[..., 0]
        return frame

    def _caption(self, place: int, row: int) -> str:
        """The row, the answer, and the right answer."""
        lines = [f"row {row}"]
        for name, answers in self.study.answers(place).items():
            if self.study.meanings[name] == "regression":
                if answers[row].size > MOST_NUMBERS:
                    continue
                both = np.ravel(self.study.probe.targets[name][row]), answers[row].ravel()
                words = " → ".join(" ".join(f"{n:+.2f}" for n in part) for part in both)
            else:
                best = np.argmax(self.study.probabilities(name, answers[row : row + 1]))
                words = f"{self.study.classes(name)[row]} → {best}"
            lines.append(f"{name} {words}")
        return "\n".join(lines[:3])


def _worst(errors: Array, count: int) -> list[int]:
    """Rows with the largest errors, `APART` from each other as long as there are enough rows."""
    found: list[int] = []
    order = [int(row) for row in np.argsort(-np.nan_to_num(errors, nan=np.inf), kind="stable")]
    for apart in (APART, 1):
        for row in order:
            if len(found) < count and all(abs(row - other) >= apart for other in found):
                found.append(row)
    return found


def frames_of(study: Study) -> Array | None:
    """The network's input pictures, ``(rows, height, width, 1 or 3)``; ``None`` without any.

    For a sequence of pictures, the last one of each sequence is taken.
    """
    for values in study.probe.inputs.values():
        frames = values[:, -1] if values.ndim == 5 else values
        if frames.ndim == 4 and frames.shape[3] in (1, 3) and min(frames.shape[1:3]) >= SMALLEST_PX:
            return frames
    return None
