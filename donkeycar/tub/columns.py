"""The columns of several tubs as those of one, and what is said about their differences."""

from collections import Counter
from collections.abc import Collection, Sequence

from donkeycar.errors import TubError
from donkeycar.tub.catalog import Record
from donkeycar.tub.manifest import Manifest
from donkeycar.tub.schema import ALIKE, guess_types, unknown_types


def columns_of(manifest: Manifest, records: Sequence[Record]) -> dict[str, str]:
    """Type name of every column of a tub; those that are not declared or damaged are guessed."""
    columns = manifest.input_types
    unknown = unknown_types(columns)
    used = {name for record in records for name in record if not name.startswith("_")}
    if unknown or used - columns.keys():
        guessed = dict(zip(*guess_types(records), strict=True))
        columns |= {name: guessed.get(name, "str") for name in unknown}
        columns |= {name: kind for name, kind in guessed.items() if name not in columns}
    return columns


def common_columns(
    names: Sequence[str], columns: Sequence[dict[str, str]], drop: Collection[str] = ()
) -> tuple[dict[str, str], list[str]]:
    """The columns of one tub that is made of several.

    Args:
        names: How to name each tub.
        columns: The columns of each tub.
        drop: Columns to leave out.

    Returns:
        The columns, and a sentence for each difference.

    Raises:
        TubError: If a column has types in two tubs whose values do not look the same, or a column
            of `drop` is in no tub.
    """
    missing = [name for name in drop if all(name not in one for one in columns)]
    if missing:
        raise TubError(
            f"A column to drop must be in one of the tubs. Received: {missing[0]!r:.60}. They "
            f"have {', '.join(dict.fromkeys(name for one in columns for name in one)):.200}"
        )
    common: dict[str, str] = {}
    notes = [f"{name} is left out, as you said" for name in drop]
    for name in dict.fromkeys(name for one in columns for name in one if name not in drop):
        having = [(tub, one[name]) for tub, one in zip(names, columns, strict=True) if name in one]
        kinds = Counter(kind for _, kind in having)
        common[name] = _one_type(name, having, list(kinds))
        if len(kinds) > 1:
            notes.append(f"{name} is {' and '.join(kinds)}: it is {common[name]} now")
        without = [tub for tub, one in zip(names, columns, strict=True) if name not in one]
        if without:
            notes.append(
                f"{name} is in {len(having)} of {len(names)} tubs: the records of "
                f"{_named(without)} go on without it"
            )
    return common, notes


def _one_type(name: str, having: list[tuple[str, str]], kinds: list[str]) -> str:
    if len(kinds) == 1:
        return kinds[0]
    for alike in ALIKE:
        if set(kinds) <= alike:
            # Each whole number is a number, and each vector is a list of numbers.
            return next(kind for kind in ("float", "list", "vector", "nparray") if kind in kinds)
    first = having[0]
    other = next(each for each in having if each[1] != first[1])
    raise TubError(
        f"A column has one type in a tub. Received: {name!r:.60}, which is {first[1]} in "
        f"{first[0]} and {other[1]} in {other[0]}. Next step: leave it out (--drop {name}), or "
        "leave out one of the tubs"
    )


def _named(tubs: list[str]) -> str:
    return f"{', '.join(tubs[:3])}{' and others' if len(tubs) > 3 else ''}"
