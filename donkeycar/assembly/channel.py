"""One row of the table of channels."""

from collections.abc import Sequence
from typing import NamedTuple


class Channel(NamedTuple):
    """One channel.

    Attributes:
        holds: Type, unit and range.
        meaning: The meaning of its value.
        writers: Lines of ``manage.py`` that add a part which writes it; ``Vehicle`` is the loop.
        readers: Lines of ``manage.py`` that add a part which reads it.
        tub_type: Type of the column, for channels that are recorded when a part writes them; ""
            for others.
    """

    holds: str
    meaning: str
    writers: Sequence[str]
    readers: Sequence[str] = ()
    tub_type: str = ""
