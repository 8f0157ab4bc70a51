"""A transform that the owner of the car wrote.

Its code runs only if the settings of this car name it. The file of a pilot contains no code: it
names the transform of its training, and the car compares that with its own.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from donkeycar.errors import PilotError, text_of
from donkeycar.pilots.transform.step import MAX_SIDE_PX, Shape, Step


@dataclass(frozen=True)
class Custom(Step):
    """A transform of the owner's own.

    Args:
        module: The file of its code, as the settings name it.
        class_name: The class in that file.
        sha256: Fingerprint of the file.
        code: The code; ``None`` while the transform is known only from a pilot's file.
    """

    is_own = True

    module: str
    class_name: str
    sha256: str
    code: Callable[[np.ndarray], Any] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Let the owner's code change a copy of the frame."""
        if self.code is None:
            raise PilotError(
                f"{self.class_name} of {self.module} is code of the pilot's owner, and is run only "
                "on a car whose settings name it."
            )
        changed = self.code(image.copy())
        if isinstance(changed, np.ndarray) and changed.ndim == 2:
            changed = changed[:, :, None]
        if (
            not isinstance(changed, np.ndarray)
            or changed.dtype != np.uint8
            or changed.ndim != 3
            or changed.shape[2] not in (1, 3)
            or not 1 <= min(changed.shape) <= max(changed.shape) <= MAX_SIDE_PX
        ):
            raise PilotError(
                f"{self.class_name}.run of {self.module} must return an image: a uint8 array "
                f"(height, width) or (height, width, 3). Received: {_described(changed)}"
            )
        return changed

    def output_shape(self, shape: Shape) -> Shape:
        """Shape of its result for a black frame."""
        height, width, channels = self(np.zeros(shape, np.uint8)).shape
        return (height, width, channels)

    def matched(self, own: "Custom | None", name: str) -> "Custom":
        """Return the step of this car's settings, if it is the same as this one.

        Args:
            own: The step with this name in this car's settings, if there is one.
            name: Such as ``CUSTOM_STRETCH``.

        Raises:
            PilotError: If there is none, or its code differs.
        """
        if own is None:
            raise PilotError(
                f"This pilot was trained with {name}, {self.class_name} of {self.module}. Set "
                f"{name}_MODULE and {name}_CLASS in myconfig.py, and name it in TRANSFORMATIONS "
                "or POST_TRANSFORMATIONS, as where it was trained."
            )
        if (own.class_name, own.sha256) != (self.class_name, self.sha256):
            raise PilotError(
                f"This pilot was trained with another {name} than {own.class_name} of "
                f"{own.module}. Put the file back as it was, or train again."
            )
        return own


def load_custom(path: Path, class_name: str, settings: Any, *, module: str = "") -> Custom:
    """Run the owner's file, and make a transform of a class in it.

    The class is made with the settings of the car, and its ``run(image)`` returns the changed
    image, as in donkeycar 5.x.

    Args:
        path: The file.
        class_name: The class.
        settings: Argument of the class.
        module: The file as the settings name it; "" is its name.

    Raises:
        PilotError: If there is no such file or class, or its code fails.
    """
    module = module or path.name
    try:
        source = path.read_bytes()
    except OSError as error:
        raise PilotError(f"{path} cannot be read: {error.strerror}") from error
    space = ModuleType(f"donkeycar_owner.{path.stem}")
    space.__file__ = str(path)
    try:
        # Exactly the bytes of the fingerprint.
        exec(compile(source, str(path), "exec"), space.__dict__)
        maker = getattr(space, class_name, None)
        if maker is None:
            raise PilotError(f"{path} has no class {class_name}.")
        code = maker(settings).run
    except PilotError:
        raise
    except Exception as error:  # the owner's code may raise anything: say whose code it is
        raise PilotError(
            f"{class_name} of {path} failed: {type(error).__name__}: {text_of(error)}"
        ) from error
    step = Custom(module, class_name, hashlib.sha256(source).hexdigest())
    object.__setattr__(step, "code", code)
    return step


def _described(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"shape={value.shape}, dtype={value.dtype}"
    return type(value).__name__
