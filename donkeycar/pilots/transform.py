"""What is done to a frame before a network sees it: the same object in training and on the car.

A pilot carries its transforms in its own file, so that a setting changed later cannot make the
car look at the world differently from how it learned. Frames are ``uint8`` arrays of shape
``(height, width, channels)``; no transform modifies the frame it is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol

import numpy as np

from donkeycar.errors import PilotError

Shape = tuple[int, int, int]

# Share of red, green and blue in brightness. Source: ITU-R BT.601.
LUMA = (0.299, 0.587, 0.114)


class Transform(Protocol):
    """One step: a frozen dataclass of plain integers, so that it can be written down."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return a changed copy of `image`."""

    def output_shape(self, shape: Shape) -> Shape:
        """Shape that a frame of `shape` comes out with."""


@dataclass(frozen=True)
class Crop:
    """Blacken a border of the frame, so that a pilot does not learn the ceiling.

    Args:
        top_px: Rows at the top, 0 or more; the other three likewise.
    """

    top_px: int = 0
    bottom_px: int = 0
    left_px: int = 0
    right_px: int = 0

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Blacken the border of a copy."""
        height, width = image.shape[:2]
        rows = slice(self.top_px, height - self.bottom_px)
        columns = slice(self.left_px, width - self.right_px)
        masked = np.zeros_like(image)
        masked[rows, columns] = image[rows, columns]
        return masked

    def output_shape(self, shape: Shape) -> Shape:
        """Same as what came in: a masked frame keeps its size."""
        rows = shape[0] - self.top_px - self.bottom_px
        columns = shape[1] - self.left_px - self.right_px
        if min(rows, columns) < 1 or min(asdict(self).values()) < 0:
            raise PilotError(
                "A crop must leave something of the frame. "
                f"Received: height={shape[0]}, width={shape[1]}, {self}"
            )
        return shape


@dataclass(frozen=True)
class Trapeze:
    """Blacken everything outside a trapeze with level top and bottom edges.

    Args:
        upper_left_px: Column of the corner at the top left; the other corners likewise.
        top_px: First row of the trapeze.
        bottom_px: Row below the last one.
    """

    upper_left_px: int
    upper_right_px: int
    lower_left_px: int
    lower_right_px: int
    top_px: int
    bottom_px: int

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Blacken the outside of a copy."""
        height, width = image.shape[:2]
        rows = np.arange(height)[:, None]
        columns = np.arange(width)[None, :]
        down = (rows - self.top_px) / (self.bottom_px - self.top_px)
        left = self.upper_left_px + down * (self.lower_left_px - self.upper_left_px)
        right = self.upper_right_px + down * (self.lower_right_px - self.upper_right_px)
        inside = (down >= 0) & (down < 1) & (columns >= left) & (columns <= right)
        return image * inside[:, :, None].astype(np.uint8)

    def output_shape(self, shape: Shape) -> Shape:
        """Same as what came in: a masked frame keeps its size."""
        if (
            self.upper_left_px >= self.upper_right_px
            or self.lower_left_px >= self.lower_right_px
            or not 0 <= self.top_px < self.bottom_px <= shape[0]
        ):
            raise PilotError(
                "A trapeze must have its left side left of its right side, and lie within the "
                f"rows of the frame. Received: height={shape[0]}, {self}"
            )
        return shape


@dataclass(frozen=True)
class Gray:
    """Keep brightness only, in one channel."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Weigh red, green and blue as the eye does."""
        brightness = image.astype(np.float32) @ np.array(LUMA, np.float32)
        return np.rint(brightness).astype(np.uint8)[:, :, None]

    def output_shape(self, shape: Shape) -> Shape:
        """One channel."""
        return (*_colour(shape, self)[:2], 1)


@dataclass(frozen=True)
class SwapRedBlue:
    """Exchange the first and the last channel."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Reverse the channels of a copy."""
        return np.ascontiguousarray(image[:, :, ::-1])

    def output_shape(self, shape: Shape) -> Shape:
        """Same as what came in."""
        return _colour(shape, self)


def _colour(shape: Shape, step: object) -> Shape:
    """Refuse a frame that has no colours left."""
    if shape[2] != 3:
        raise PilotError(f"{step} needs three channels. Received: shape={shape}")
    return shape


# What `TRANSFORMATIONS` may name.
TRANSFORMS: dict[str, type] = {
    "CROP": Crop,
    "TRAPEZE": Trapeze,
    "RGB2GRAY": Gray,
    "RGB2BGR": SwapRedBlue,
    "BGR2RGB": SwapRedBlue,
}


class Transforms:
    """Transforms in the order they are applied.

    Args:
        steps: Name of each step in `TRANSFORMS`, and its arguments.

    Raises:
        PilotError: If there is no such step, or it does not take such arguments.

    Example:
        >>> transforms = Transforms([("CROP", {"top_px": 40}), ("RGB2GRAY", {})])
        >>> transforms.output_shape((120, 160, 3))
        (120, 160, 1)
    """

    def __init__(self, steps: Sequence[tuple[str, Mapping[str, int]]] = ()) -> None:
        self._steps: list[tuple[str, Transform]] = [
            (name, _build(name, arguments)) for name, arguments in steps
        ]

    def __bool__(self) -> bool:
        return bool(self._steps)

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Apply every step; without any, the frame itself is returned."""
        for _, step in self._steps:
            image = step(image)
        return image

    def output_shape(self, shape: Shape) -> Shape:
        """Shape that the network sees of a camera frame of `shape`.

        Raises:
            PilotError: If a step does not fit such frames.
        """
        for _, step in self._steps:
            shape = step.output_shape(shape)
        return shape

    def to_json(self) -> list[dict[str, Any]]:
        """Write the steps down; `from_json` reads them back."""
        return [{"name": name, **asdict(step)} for name, step in self._steps]  # type: ignore[call-overload]

    @classmethod
    def from_json(cls, steps: object) -> "Transforms":
        """Read what `to_json` wrote, trusting nothing.

        Raises:
            PilotError: If it is not a list of known steps with whole numbers.
        """
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise PilotError(f"`transforms` must be a list of objects. Received: {steps!r:.80}")
        return cls(
            [(str(s.get("name")), {k: v for k, v in s.items() if k != "name"}) for s in steps]
        )


def _build(name: str, arguments: Mapping[str, int]) -> Transform:
    """Make one step."""
    if name not in TRANSFORMS:
        raise PilotError(
            f"A transform must be one of {sorted(TRANSFORMS)}. Received: name={name!r}"
        )
    known = {field.name for field in fields(TRANSFORMS[name])}
    needed = known if name == "TRAPEZE" else set()
    whole = all(type(value) is int for value in arguments.values())
    if not whole or not needed <= set(arguments) <= known:
        raise PilotError(
            f"{name} takes whole numbers for {sorted(known)}. Received: {dict(arguments)}"
        )
    step: Transform = TRANSFORMS[name](**arguments)
    return step
