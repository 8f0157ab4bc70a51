"""Paths of tubs on a command line.

A folder means all the records in it: its own, if it is a tub, and those of the tubs inside. An
owner who switches AUTO_CREATE_NEW_TUB on later has both.
"""

import glob
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from donkeycar.errors import ConfigError
from donkeycar.tub.finding import MARK, PASSED_OVER, RECORDS
from donkeycar.tub.naming import distinct_names
from donkeycar.words import shown

DEEPEST = 3
# More tubs than this are counted, not named.
NAMED = 3


def tub_paths(words: Iterable[str | Path]) -> list[Path]:
    """The tubs that words name; commas and wildcards in a word work as in donkeycar 5.

    If a word means other tubs than the folder itself, it prints them.

    Args:
        words: Paths of tubs, or of folders that hold tubs; a folder may be both.

    Returns:
        Tubs, each once.
    """
    paths = [path for word in words for path in _paths_in(word)]
    found: list[Path] = []
    for path in paths:
        tubs = tubs_in(path)
        if tubs != [path]:
            _print(_told(path, tubs))
            if unused := unused_in(path, tubs):
                _print(f"{shown(path)}: not used: {_some(unused)}")
        found += tubs
    once: dict[str, Path] = {}
    for tub in found:
        first = once.get(_real(tub))
        if first is None:
            once[_real(tub)] = tub
        elif first == tub:
            _print(f"{shown(tub)} is named several times: used once")
        else:
            _print(f"{shown(tub)} is {shown(first)} again: used once")
    return list(once.values())


def unused_in(path: Path, tubs: list[Path]) -> list[str]:
    """What a folder of tubs holds beside them, in words: empty tubs, and folders without tubs."""
    unused = []
    for folder in sorted(_folders(path)):
        if any(tub.is_relative_to(folder) for tub in tubs):
            continue
        if any(_real(tub) == _real(folder) for tub in tubs):
            continue  # a link to one of them
        name = shown(Path(folder.name))
        if folder.is_symlink() and (_is_tub(path) or _is_around(folder, path)):
            unused.append(f"{name} (a link)")
        else:
            unused.append(f"{name} ({'no records' if _is_tub(folder) else 'no tub'})")
    return unused


def one_tub(word: str) -> Path:
    """The one tub that a word names: the folder itself, or the only tub inside it.

    Raises:
        ConfigError: If it does not name exactly one tub.
    """
    paths = _paths_in(word)
    if len(paths) == 1 and _holds_records(paths[0]):
        inner = [tub for tub in tubs_in(paths[0]) if tub != paths[0]]
        if inner:
            _print(f"{shown(paths[0])} alone is shown; it also holds {_names(inner)}")
        return paths[0]
    tubs = [tub for path in paths for tub in tubs_in(path)]
    if len(tubs) != 1:
        raise ConfigError(
            f"`--tub` must name one tub. Received: {len(tubs)} in {word!r}, {_names(tubs)}"
        )
    return tubs[0]


def tubs_in(path: Path) -> list[Path]:
    """The tubs that a folder means, itself included; only the folder itself if there is none.

    A link in a tub does not count, because it may lead to a tub of another owner. A link in a
    folder of tubs counts, except one that leads up to a folder around `path`: everything beside
    `path` would belong to it. A tub with several links is listed once: records that are listed
    twice would weigh twice in training.
    """
    if not path.is_dir():
        return [path]
    inner = list(_inside(path, DEEPEST, {_real(path)}))
    itself = [path] if _holds_records(path) else []
    return [*itself, *inner] or [path]


def _inside(path: Path, depth: int, seen: set[str]) -> Iterator[Path]:
    """Tubs with records inside a folder, in the order of their names, without those in `seen`."""
    is_tub = _is_tub(path)
    # Links come last, so that a tub is listed by its real path rather than by a link.
    for folder in sorted(_folders(path), key=lambda folder: (folder.is_symlink(), folder)):
        if is_tub and folder.is_symlink():
            _print(
                f"{shown(folder)} is a link that leads out of its tub, so it is not used. Name it "
                "if it is yours"
            )
            continue
        if _real(folder) in seen or _is_around(folder, path):
            continue
        seen.add(_real(folder))
        if _holds_records(folder):
            yield folder
        if depth > 1:
            yield from _inside(folder, depth - 1, seen)


def _is_around(folder: Path, path: Path) -> bool:
    """Whether `folder`, a link, leads up to a folder that holds `path`."""
    return folder.is_symlink() and Path(_real(path)).is_relative_to(_real(folder))


def _real(path: Path) -> str:
    """The real path of a folder, the same for every link to it."""
    return os.path.realpath(path)


def _folders(path: Path) -> list[Path]:
    try:
        return [
            file
            for file in path.iterdir()
            if not file.name.startswith(".") and file.name not in PASSED_OVER and file.is_dir()
        ]
    except OSError:
        return []  # not ours to read


def _is_tub(path: Path) -> bool:
    return any(MARK.fullmatch(name) for name in _files(path))


def _holds_records(path: Path) -> bool:
    """Whether a tub holds any data; its reader checks the content."""
    for name in _files(path):
        if RECORDS.fullmatch(name):
            file = path / name
            if file.is_symlink() or not file.is_file() or file.stat().st_size:
                return True
    return False


def _files(path: Path) -> Iterator[str]:
    try:
        yield from (file.name for file in path.iterdir())
    except OSError:
        return  # not ours to read


def _paths_in(word: str | Path) -> list[Path]:
    whole = Path(word).expanduser()
    if whole.exists():  # a comma may belong to a name
        return [whole]
    parts = [part.strip() for part in str(word).split(",")]
    return [path for part in parts if part for path in _matching(part)]


def _matching(part: str) -> list[Path]:
    """The paths that match wildcards: shells do not expand `--tub=data/*`, nor does Windows."""
    path = Path(part).expanduser()
    if not path.exists() and "\\" in part and os.sep != "\\":
        path = Path(part.replace("\\", "/")).expanduser()  # from a note made on Windows
    if path.exists() or not glob.has_magic(str(path)):
        return [path]
    found = [Path(name) for name in sorted(glob.glob(str(path)))]
    folders = [one for one in found if one.is_dir()]
    others = [shown(Path(one.name)) for one in found if not one.is_dir()]
    if folders and others:
        _print(f"{part}: not used: {_some(others)}, no folder{'' if len(others) == 1 else 's'}")
    return folders or [path]


def _told(path: Path, tubs: list[Path]) -> str:
    if path in tubs:
        inner = [tub for tub in tubs if tub != path]
        return f"{shown(path)} is a tub and holds {_names(inner)}: all of it is used"
    return f"{shown(path)} holds {_names(tubs)}: all of it is used"


def _some(names: list[str]) -> str:
    return f"{', '.join(names[:NAMED])}{f' and {len(names) - NAMED} more' * (len(names) > NAMED)}"


def _names(tubs: list[Path]) -> str:
    count = f"{len(tubs)} tub" + ("" if len(tubs) == 1 else "s")
    distinct = distinct_names([Path(os.path.abspath(tub)) for tub in tubs])
    names = ", ".join(map(shown, distinct[:NAMED]))
    return f"{count} ({names}{', ...' if len(tubs) > NAMED else ''})" if tubs else count


def _print(sentence: str) -> None:
    # This does not go to the output, which may be JSON or go into another program.
    print(f"note: {sentence}", file=sys.stderr)
