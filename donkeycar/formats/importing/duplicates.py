"""Records that a foreign recording has more than once."""

import hashlib
import json

from donkeycar.errors import TubError
from donkeycar.formats.importing.item import Item, Source
from donkeycar.formats.importing.options import DUPLICATES
from donkeycar.words import count


def settle_duplicates(source: Source, choice: str | None) -> None:
    """Leave each record in a source once, if its items with one `origin` are the same record.

    Copies with the same content are left out but for the first, and a fact says how many. What
    becomes of copies with other content, the person has to say.

    Args:
        source: The recording; its items are changed in place.
        choice: One of `DUPLICATES`; ``None`` if nothing was said.

    Raises:
        TubError: If copies differ, and nothing was said.
    """
    places: dict[str, list[int]] = {}
    for place, item in enumerate(source.items):
        places.setdefault(item.origin, []).append(place)
    several = {origin: each for origin, each in places.items() if len(each) > 1}
    # In the order of the files: a reader of pictures goes on faster than it goes back.
    wanted = sorted(place for each in several.values() for place in each)
    contents = {place: _content(source.items[place]) for place in wanted}
    left_out: set[int] = set()
    different: list[str] = []
    for origin, each in several.items():
        firsts: dict[bytes, int] = {}
        for place in each:
            firsts.setdefault(contents[place], place)
        kept = list(firsts.values())
        left_out.update(set(each) - set(kept))
        if len(kept) > 1:
            different.append(origin)
    num_same = len(left_out)
    if different and choice is None:
        raise TubError(
            f"A frame must be in a recording once. Received: {different[0]} and "
            f"{len(different) - 1} more several times, with different content. Next step: say "
            f"which counts, --duplicates {', '.join(DUPLICATES)}"
        )
    for origin in different if choice != "keep" else []:
        kept = [place for place in several[origin] if place not in left_out]
        left_out.update(kept[1:] if choice == "first" else kept[:-1])
    source.items[:] = [item for place, item in enumerate(source.items) if place not in left_out]
    if num_same:
        source.facts.append(
            f"{count(num_same, 'frame')} left out: copies of other frames, with the same content"
        )
    if different:
        what = "all of them are used" if choice == "keep" else f"the {choice} is used"
        source.facts.append(
            f"{count(len(different), 'frame')} there several times with different content: {what}"
        )


def _content(item: Item) -> bytes:
    """A digest of all that a record holds."""
    whole = json.dumps([item.values, item.time_ms, item.session, item.deleted], sort_keys=True)
    digest = hashlib.sha256(whole.encode())
    for key, picture in sorted(item.pictures.items()):
        digest.update(key.encode())
        try:
            digest.update(picture())
        except TubError as error:
            digest.update(str(error).encode())
    return digest.digest()
