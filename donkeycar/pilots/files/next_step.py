"""The next step for a model that cannot be used as it is, in one sentence."""

from pathlib import Path

from donkeycar.commands import donkey
from donkeycar.pilots.files.names import (
    ENDINGS,
    MARKS,
    REPLAY,
    beside,
    ending_of,
    meant_as,
    name_of,
    title_of,
)

# Formats that can be converted; those that can carry code need `--trust`.
CONVERTIBLE = ("keras", "hdf5", "saved_model")
TRUSTED = ("hdf5", "saved_model")


def conversion_command(path: Path) -> str:
    """The command that converts a model to a pilot with an unused name; for any shell."""
    title, number = title_of(path), 1
    while any(place.exists() for place in _places(path.with_name(title))):
        number += 1
        title = f"{title_of(path)}_{number}"
    trust = ["--trust"] if meant_as(path) in TRUSTED else []
    return donkey("convertmodel", path, "--out", path.with_name(title), *trust)


def next_step(path: Path) -> str:
    """Say how to convert a model of another format to a pilot, or that it is impossible."""
    if meant_as(path) in CONVERTIBLE:
        return f"Make a pilot of it: {conversion_command(path)}"
    if ending_of(path) == REPLAY:
        pilot = path.with_name(name_of(path))
        return f"It holds how a training went, and `donkey replay` shows it. The pilot is {pilot}."
    return (
        "donkeycar cannot open such files. If you have the .keras, .h5 or SavedModel that it came "
        "from, `donkey convertmodel` makes a pilot of that."
    )


def _places(name: Path) -> list[Path]:
    """Paths that a pilot of this name would have; also a file of the name itself."""
    litert = [beside(name, mark + ".tflite") for mark in MARKS.values()]
    own = [name] if name.is_file() else []
    return [*own, *(beside(name, ending) for ending in ENDINGS), *litert]
