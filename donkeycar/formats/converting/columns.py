"""Columns that a new tub does not get, or gets under another name."""

from collections.abc import Mapping, Sequence

from donkeycar.errors import ConfigError
from donkeycar.formats.importing.item import Item, Source
from donkeycar.formats.importing.options import listed
from donkeycar.tub.format import IMAGE_EXTENSIONS
from donkeycar.tub.schema import check_types
from donkeycar.words import did_you_mean


def change_columns(source: Source, *, drop: Sequence[str] = (), rename: Mapping[str, str]) -> None:
    """Drop columns, then rename columns, in place.

    Args:
        source: The recording.
        drop: Names of columns.
        rename: New name by old name. Two columns may swap their names.

    Raises:
        ConfigError: If there is no such column, or two would have the same name.
        TubError: If a name is not one that a tub can hold.
    """
    for option, names in (("--drop", drop), ("--rename", rename)):
        for name in names:
            if name not in source.types:
                raise ConfigError(
                    f"`{option}` must name columns of {source.name}: {listed(source.types)}. "
                    f"Received: {option} {name}{did_you_mean(name, source.types)}"
                )
    kept = {name: kind for name, kind in source.types.items() if name not in drop}
    both = next((name for name in rename if name not in kept), None)
    if both is not None:
        raise ConfigError(f"A column is dropped or renamed, not both. Received: {both}")
    names = {name: rename.get(name, name) for name in kept}
    twice = next((new for new in names.values() if list(names.values()).count(new) > 1), None)
    if twice is not None:
        raise ConfigError(
            f"The columns of a tub must have different names. Received: {twice} twice. Drop one of "
            "them, or choose another name"
        )
    source.types = {names[name]: kind for name, kind in kept.items()}
    check_types(list(source.types), list(source.types.values()))
    for item in source.items:
        _change(item, drop, names)
    if drop and not any(kind in IMAGE_EXTENSIONS for kind in source.types.values()):
        source.facts.append("the new tub has no pictures: their columns are dropped")


def _change(item: Item, drop: Sequence[str], names: Mapping[str, str]) -> None:
    item.values = {
        names.get(key, key): value for key, value in item.values.items() if key not in drop
    }
    item.pictures = {
        names.get(key, key): value for key, value in item.pictures.items() if key not in drop
    }
