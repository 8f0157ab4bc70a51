"""Names of a settings file whose value cannot be known without running it."""

from typing import NamedTuple


class Unread(NamedTuple):
    """A name whose value cannot be known without running the file.

    Attributes:
        place: File and line, such as ``"myconfig.py:7"``.
        why: The reason, as the end of a sentence.
        source: The lines that give it its value, "" if there are several places.
    """

    place: str
    why: str
    source: str = ""


def take_out(unread: dict[str, Unread], name: str) -> None:
    """Take out a name, and the entries of its dictionary."""
    for known in [each for each in unread if each.partition(".")[0] == name]:
        del unread[known]
