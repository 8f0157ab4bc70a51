"""The decision boundary of a network with two inputs."""

from typing import TYPE_CHECKING

from donkeycar.replay.paper import dress, limits, wipe
from donkeycar.replay.plane import paint, plane_input
from donkeycar.replay.scene import Scene
from donkeycar.replay.study import Study
from donkeycar.replay.target_colours import TargetColours

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure


class DecisionBoundary(Scene):
    """The plane of two inputs, coloured by the answer, with the rows of the probe as dots."""

    title = "decision boundary"

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """It needs two inputs."""
        return "" if plane_input(study) else "needs one input of two numbers"

    def set_up(self, sheet: "SubFigure") -> None:
        """One axes."""
        self._axes = sheet.subplots()
        self._name = plane_input(self.study)
        dress(self._axes, x=f"{self._name} 1", y=f"{self._name} 2")
        self._colours = TargetColours(self.study)
        self._colours.scale(sheet, self._axes)

    def draw(self, place: int) -> None:
        """Show what the network answers after an epoch."""
        points = self.study.probe.inputs[self._name]
        x, y = (limits([points[:, side]], margin=0.08) for side in (0, 1))
        wipe(self._axes)
        paint(
            self._axes, self.study, x, y,
            lambda plane: self.study.answers_to(place, {self._name: plane}),
        )  # fmt: skip
        self._colours.dots(self._axes, points[:, 0], points[:, 1])
        self._axes.set(xlim=x, ylim=y)
