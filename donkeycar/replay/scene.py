"""Base class of the pictures: drawn for one epoch after another on axes that do not move."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from donkeycar.replay.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure


class Scene(ABC):
    """One kind of picture.

    Args:
        study: The study to show.
        places: Indexes of the epochs that will be drawn; the axes suit all of them.
        layer: The layer, for pictures of one layer; ``None`` for the usual one.

    Raises:
        TrainingError: If there is no such `layer`.
    """

    title: ClassVar[str]
    # Whether it takes a whole row of the sheet.
    wide: ClassVar[bool] = False

    def __init__(self, study: Study, places: Sequence[int], layer: str | None = None) -> None:
        self.study = study
        self.places = list(places)
        self.layer = layer

    @property
    def heading(self) -> str:
        """The title above the picture."""
        return self.title

    @classmethod
    def obstacle(cls, study: Study) -> str:
        """What the picture needs and lacks, as half a sentence; ``""`` if it can be drawn."""
        return ""

    @abstractmethod
    def set_up(self, sheet: "SubFigure") -> None:
        """Make the axes."""

    @abstractmethod
    def draw(self, place: int) -> None:
        """Draw an epoch in place of the last one."""
