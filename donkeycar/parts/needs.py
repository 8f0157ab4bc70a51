"""What a part needs of the computer: libraries that somebody must install."""

import shutil
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import NamedTuple

from donkeycar.errors import DeviceError

#: Runs a command and returns what it prints; ``None`` if it is missing, fails or takes too long.
Runner = Callable[[Sequence[str]], str | None]


class Library(NamedTuple):
    """A library, or a program, that does not come with donkeycar.

    Attributes:
        module: What is imported; of a program, its name, which has a hyphen.
        install: The one line that installs it.
        hint: What must be so besides; "" if nothing. A sentence without its period.

    Example:
        >>> library = Library("picamera2", "sudo apt install python3-picamera2")
        >>> print(library.missing("PiCamera", ImportError("No module named 'picamera2'")))
        PiCamera needs picamera2. Received: No module named 'picamera2'. Run `sudo apt install \
python3-picamera2`.
    """

    module: str
    install: str
    hint: str = ""

    def missing(self, user: str, error: ImportError | FileNotFoundError) -> DeviceError:
        """The error of a part that cannot import it, or start it.

        Args:
            user: Name of the part.
            error: What Python said.
        """
        hint = f" {self.hint}." if self.hint else ""
        return DeviceError(
            f"{user} needs {self.module}. Received: {error}. Run `{self.install}`.{hint}"
        )


def installed(name: str) -> bool:
    """Whether a module, or a program whose name has a hyphen, is there."""
    return (shutil.which(name) if "-" in name else find_spec(name)) is not None
