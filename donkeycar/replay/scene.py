"""One picture of a training, drawn for one epoch after another on axes that do not move."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from donkeycar.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure


class Scene(ABC):
    """One picture.

    Args:
        study: What is shown.
        places: The epochs that will be drawn, by place; axes suit all of them.
        layer: The layer that is shown, for pictures of one layer; ``None`` for the usual one.

    Raises:
        TrainingError: If `layer` does not suit.
    """

    title: ClassVar[str]
    # Whether it takes a whole row of a composed picture.
    wide: ClassVar[bool] = False

    def __init__(self, study: Study, places: Sequence[int], layer: str | None = None) -> None:
        self.study = study
        self.places = list(places)
        self.layer = layer

    @property
    def heading(self) -> str:
        """What stands above it."""
        return self.title

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """Why it cannot be drawn, ``""`` if it can: what it needs, as half a sentence."""
        return ""

    @abstractmethod
    def set_up(self, sheet: "SubFigure") -> None:
        """Make the axes."""

    @abstractmethod
    def draw(self, place: int) -> None:
        """Draw an epoch in place of the last one."""
