"""Schema of a tub: its inputs and their types, declared, added later, or guessed from records."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from donkeycar.errors import TubError
from donkeycar.tub.format import IMAGE_EXTENSIONS, IMAGE_KEY, TYPES
from donkeycar.tub.manifest import Manifest

# Types whose values look the same in a record.
ALIKE = ({"float", "int"}, {"nparray", "list", "vector"})


def check_types(inputs: Sequence[str], types: Sequence[str]) -> dict[str, str]:
    """Type name of each input.

    Raises:
        TubError: If the numbers of names and types differ, a name is used twice or a type unknown.
    """
    if len(inputs) != len(types) or len(set(inputs)) != len(inputs):
        raise TubError(
            "`inputs` must be different names with one type each. "
            f"Received: inputs={list(inputs)}, types={list(types)}"
        )
    input_types = dict(zip(inputs, types, strict=True))
    files: set[str] = set()
    for name, type_name in input_types.items():
        if not name or name.startswith("_"):
            raise TubError(f"An input needs a name that does not start with _. Received: {name!r}")
        if type_name not in TYPES:
            raise TubError(
                f"The type of {name!r} must be one of {', '.join(TYPES)}. Received: {type_name!r}"
            )
        if type_name in IMAGE_EXTENSIONS:
            _check_file_name(name, files)
    return input_types


def grow(manifest: Manifest, input_types: dict[str, str]) -> None:
    """Add inputs that a tub does not have yet, such as a new sensor's.

    Types whose values look the same in a record may replace each other, because the type in a tub
    whose manifest was lost is a guess.

    Args:
        manifest: The tub's manifest; changed in place.
        input_types: The inputs that will be recorded, with their types.

    Raises:
        TubError: If the tub has an input of the same name with another type.
    """
    known = manifest.input_types
    for name, type_name in input_types.items():
        held = known.get(name, type_name)
        if held != type_name and held in TYPES and not _look_alike(held, type_name):
            raise TubError(
                f"This tub holds {name!r} as {held}. Received: {type_name}. "
                "Next step: record into a new tub"
            )
        known[name] = type_name
    manifest.inputs, manifest.types = list(known), list(known.values())


def unknown_types(input_types: dict[str, str]) -> dict[str, str]:
    """Inputs whose type is not in `TYPES`, by name: damaged, or from another program."""
    return {name: type_name for name, type_name in input_types.items() if type_name not in TYPES}


def _look_alike(one: str, other: str) -> bool:
    return any(one in alike and other in alike for alike in ALIKE)


def image_keys(input_types: dict[str, str]) -> list[str]:
    """Inputs that are stored as image files."""
    return [name for name, type_name in input_types.items() if type_name in IMAGE_EXTENSIONS]


def depth_keys(input_types: dict[str, str]) -> list[str]:
    """Inputs whose images are distances.

    The frame never counts: in a tub whose manifest is lost, its type is a guess from the name of
    the file.
    """
    return [
        name
        for name, type_name in input_types.items()
        if type_name == "gray16_array" and name != IMAGE_KEY
    ]


def guess_types(records: Iterable[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """Inputs and types of records whose manifest is lost.

    Returns:
        Names, each with the type of most of its values.
    """
    types: dict[str, Counter[str]] = {}
    for record in records:
        for name, value in record.items():
            if not name.startswith("_") and value is not None:
                types.setdefault(name, Counter())[_guess(value)] += 1
    return list(types), [found.most_common(1)[0][0] for found in types.values()]


def _guess(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, list):
        return "list"
    if isinstance(value, int | float):
        return "float"
    text = str(value)
    for type_name, extension in IMAGE_EXTENSIONS.items():
        if text.endswith(f"_{extension}"):
            return type_name
    return "str"


def _check_file_name(name: str, files: set[str]) -> None:
    if not name.isascii() or not all(char.isalnum() or char in "._-/" for char in name):
        raise TubError(
            "The name of an image input may hold letters, digits and . _ - / only. "
            f"Received: {name!r}"
        )
    file = name.replace("/", "_").lower()
    if file in files:
        raise TubError(f"Another image input would use the files of {name!r}. Rename one")
    files.add(file)
