"""The chain of transforms of one pilot."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from donkeycar.errors import PilotError
from donkeycar.pilots.transform.step import Shape, Step
from donkeycar.pilots.transform.table import make_step

if TYPE_CHECKING:
    from donkeycar.pilots.transform.custom import Custom

Steps = Sequence[tuple[str, Mapping[str, Any]]]
# The key in a pilot's file that says that a step comes after augmentation.
POST = "post"


class Transforms:
    """Transforms in the order they are applied.

    In training, some are applied before augmentation, once for each record, and some after. On the
    car there is no augmentation, and they simply follow each other.

    Args:
        steps: Name of each step in `TRANSFORMS`, and its arguments; before augmentation.
        post: The same, after augmentation.

    Attributes:
        instead: Alternative transforms for a bare network that fits only them: see `or_else`.

    Raises:
        PilotError: If there is no such step, or it does not take such arguments.

    Example:
        >>> transforms = Transforms([("CROP", {"top_px": 40})], post=[("RGB2GRAY", {})])
        >>> transforms.output_shape((120, 160, 3))
        (120, 160, 1)
    """

    def __init__(self, steps: Steps = (), *, post: Steps = ()) -> None:
        self._early = [(name, make_step(name, arguments)) for name, arguments in steps]
        self._late = [(name, make_step(name, arguments)) for name, arguments in post]
        self.instead: Instead | None = None

    def __bool__(self) -> bool:
        return bool(self._early or self._late)

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Apply every step; without any, the frame itself is returned."""
        for _, step in self._steps:
            image = step(image)
        return image

    @property
    def begin_grey(self) -> bool:
        """Whether the first step removes the colours, so that those of the frame do not matter."""
        return bool(self._steps) and self._steps[0][1].takes_colours_out

    @property
    def before(self) -> "Transforms":
        """The transforms before augmentation."""
        return self._of(self._early, [])

    def after(self, camera_shape: Shape) -> "Transforms":
        """Return the transforms after augmentation, for a frame to which `before` was applied.

        The first of them blackens again what `before` blackened: otherwise augmentation would make
        the border brighter in training, while it is black on the car.

        Args:
            camera_shape: Shape of the camera's frames.
        """
        shape, shown = camera_shape, np.ones(camera_shape[:2], bool)
        for _, step in self._early:
            shape = step.output_shape(shape)
            # It is not known what the owner's code does with a black border.
            shown = np.ones(shape[:2], bool) if step.is_own else step.visible(shown)
        first: list[tuple[str, Step]] = [] if shown.all() else [("", StayBlack(shown.tobytes()))]
        return self._of(first + self._late, [])

    def output_shape(self, shape: Shape) -> Shape:
        """Shape of the network's input for a camera frame of `shape`.

        Raises:
            PilotError: If a step does not fit such frames.
        """
        for _, step in self._steps:
            shape = step.output_shape(shape)
        return shape

    @property
    def custom(self) -> "dict[str, Custom]":
        """The owner's own steps, by name."""
        return {name: cast("Custom", step) for name, step in self._steps if step.is_own}

    def with_custom(self, own: "Mapping[str, Custom]") -> "Transforms":
        """Add the code of the owner's own steps.

        Args:
            own: Steps with code, by name, from the settings of this car.

        Returns:
            The same transforms, ready for use.

        Raises:
            PilotError: If one of them is missing, or differs from the code of the training.
        """

        def resolved(name: str, step: Step) -> tuple[str, Step]:
            if not step.is_own:
                return name, step
            return name, cast("Custom", step).matched(own.get(name), name)

        return self._of(
            [resolved(*named) for named in self._early], [resolved(*named) for named in self._late]
        )

    def to_json(self) -> list[dict[str, Any]]:
        """Convert to JSON; `from_json` reads it back."""
        early = [{"name": name, **_arguments(step)} for name, step in self._early]
        late = [{"name": name, **_arguments(step), POST: True} for name, step in self._late]
        return early + late

    @classmethod
    def from_json(cls, steps: object) -> "Transforms":
        """Read the JSON of `to_json`, trusting nothing in it.

        The owner's own steps come without their code: see `with_custom`.

        Raises:
            PilotError: If it is not a list of known steps with valid arguments.
        """
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise PilotError(f"`transforms` must be a list of objects. Received: {steps!r:.80}")
        if not all(type(step.get(POST, False)) is bool for step in steps):
            raise PilotError(f"`{POST}` of a step must be true or false. Received: {steps!r:.200}")
        early = [_written(step) for step in steps if not step.get(POST)]
        late = [_written(step) for step in steps if step.get(POST)]
        return cls(early, post=late)

    def or_else(self, transforms: "Transforms", camera_shape: Shape) -> "Transforms":
        """Return the same transforms with an alternative for networks that fit only that one.

        Args:
            transforms: The transforms of an older donkeycar with these settings.
            camera_shape: Shape of this car's camera frames.
        """
        made = self._of(self._early, self._late)
        made.instead = Instead(transforms, camera_shape)
        return made

    @property
    def _steps(self) -> list[tuple[str, Step]]:
        return self._early + self._late

    @staticmethod
    def _of(early: list[tuple[str, Step]], late: list[tuple[str, Step]]) -> "Transforms":
        made = Transforms()
        made._early, made._late = early, late
        return made


@dataclass(frozen=True)
class Instead:
    """Alternative transforms, which a network without a sidecar may have been trained with.

    Attributes:
        transforms: The transforms of an older donkeycar.
        camera_shape: Shape of the frames before them.
    """

    transforms: Transforms
    camera_shape: Shape

    def suits(self, network_shape: Shape, camera_shape: Shape | None) -> Shape | None:
        """The camera frames that become a network's input by these transforms; ``None`` if none do.

        Args:
            network_shape: Shape that the network takes.
            camera_shape: Shape of the camera frames, if it is not that of the settings.
        """
        height, width, _ = camera_shape or self.camera_shape
        for channels in (3, 1):
            shape = (height, width, channels)
            with suppress(PilotError):
                if self.transforms.output_shape(shape) == network_shape:
                    return shape
        return None


@dataclass(frozen=True)
class StayBlack(Step):
    """Blacken again the pixels that were black before augmentation; in training only.

    Args:
        shown: Bytes of the mask of visible pixels, one for each pixel.
    """

    shown: bytes

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Blacken a copy."""
        mask = np.frombuffer(self.shown, np.uint8).reshape(*image.shape[:2], 1)
        masked: np.ndarray = image * mask
        return masked


def _arguments(step: Step) -> dict[str, Any]:
    return {field.name: getattr(step, field.name) for field in fields(step) if field.init}


def _written(step: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return str(step.get("name")), {k: v for k, v in step.items() if k not in ("name", POST)}
