"""Choosing records of a tub by a filter."""

from pathlib import Path

from donkeycar.tub.browsing.tub_index import TubIndex
from donkeycar.tub.browsing.where import where


def words_where(path: Path, condition: str, *, include_deleted: bool = False) -> list[str]:
    """The records of a tub that fulfil a filter, as `parse_indexes` reads them.

    Args:
        path: The tub's folder.
        condition: The filter.
        include_deleted: Whether deleted records count.

    Raises:
        FilterError: If it is no filter.
        TubError: If there is no tub at `path`.
    """
    index = TubIndex(path)
    chosen = where(index, condition)
    return index.words_of(chosen if include_deleted else chosen & ~index.deleted)
