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
# How a step says in a pilot's file that it comes after augmentation.
POST = "post"


class Transforms:
    """Transforms in the order they are applied.

    In training, some come before the random changes of augmentation, once for each record, and
    some after. On the car there are no random changes, and one follows the other.

    Args:
        steps: Name of each step in `TRANSFORMS`, and its arguments; before augmentation.
        post: The same, after augmentation.

    Attributes:
        instead: What is done instead for a bare network that takes only that: see `or_else`.

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
        """Whether colours are taken out before anything else: those of the frame do not matter."""
        return bool(self._steps) and self._steps[0][1].takes_colours_out

    @property
    def before(self) -> "Transforms":
        """What is done before augmentation."""
        return self._of(self._early, [])

    def after(self, camera_shape: Shape) -> "Transforms":
        """Return what is done after augmentation, to a frame that `before` was done to.

        It begins with blackening again what `before` blackened: otherwise a pilot would learn with
        a border that is as bright as augmentation made it, and drive with a black one.

        Args:
            camera_shape: Of the frames as the camera gives them.
        """
        shape, shown = camera_shape, np.ones(camera_shape[:2], bool)
        for _, step in self._early:
            shape = step.output_shape(shape)
            # Nobody knows what the owner's code does with a black border.
            shown = np.ones(shape[:2], bool) if step.is_own else step.visible(shown)
        first: list[tuple[str, Step]] = [] if shown.all() else [("", StayBlack(shown.tobytes()))]
        return self._of(first + self._late, [])

    def output_shape(self, shape: Shape) -> Shape:
        """Shape that the network sees of a camera frame of `shape`.

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
        """Put code behind the owner's own steps.

        Args:
            own: Steps with code, by name, from the settings of this car.

        Returns:
            The same transforms, ready to be applied.

        Raises:
            PilotError: If one of them is missing, or is not the code the pilot was trained with.
        """

        def resolved(name: str, step: Step) -> tuple[str, Step]:
            if not step.is_own:
                return name, step
            return name, cast("Custom", step).matched(own.get(name), name)

        return self._of(
            [resolved(*named) for named in self._early], [resolved(*named) for named in self._late]
        )

    def to_json(self) -> list[dict[str, Any]]:
        """Write the steps down; `from_json` reads them back."""
        early = [{"name": name, **_arguments(step)} for name, step in self._early]
        late = [{"name": name, **_arguments(step), POST: True} for name, step in self._late]
        return early + late

    @classmethod
    def from_json(cls, steps: object) -> "Transforms":
        """Read what `to_json` wrote, trusting nothing.

        The owner's own steps come without their code: see `with_custom`.

        Raises:
            PilotError: If it is not a list of known steps with arguments that suit them.
        """
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise PilotError(f"`transforms` must be a list of objects. Received: {steps!r:.80}")
        if not all(type(step.get(POST, False)) is bool for step in steps):
            raise PilotError(f"`{POST}` of a step must be true or false. Received: {steps!r:.200}")
        early = [_written(step) for step in steps if not step.get(POST)]
        late = [_written(step) for step in steps if step.get(POST)]
        return cls(early, post=late)

    def or_else(self, transforms: "Transforms", camera_shape: Shape) -> "Transforms":
        """Return the same, and what was done instead if a network takes only that.

        Args:
            transforms: What an older donkeycar did on a car with these settings.
            camera_shape: Of the frames of this car's camera.
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
    """What a network may have learnt to see that does not say what it learnt to see.

    Attributes:
        transforms: What an older donkeycar did to a frame.
        camera_shape: Of the frames it is done to.
    """

    transforms: Transforms
    camera_shape: Shape

    def suits(self, network_shape: Shape, camera_shape: Shape | None) -> Shape | None:
        """The frames of which this makes what a network takes; ``None`` if it makes something else.

        Args:
            network_shape: What the network takes.
            camera_shape: Of the camera, if somebody else than the settings knows.
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
    """Blacken again what was black before augmentation; in training only.

    Args:
        shown: Bytes of the mask of what is not black, one for each pixel.
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
