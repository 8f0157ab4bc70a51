"""What a car's folder keeps for updates: the template it was made with, and the files before.

::

    .donkeycar/template/manage.py   the manage.py that `donkey createcar` or the last update wrote
    .donkeycar/undo/                the car's files before the last update
    .donkeycar/undo/digests.json    digests of those; ``null`` for one that was not there
    .donkeycar/undo.json            digests of those files after it; ``null`` for one that was gone
"""

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from donkeycar.errors import ConfigError
from donkeycar.files import sync, write_atomically
from donkeycar.json_text import parse_json

FOLDER = ".donkeycar"
TEMPLATE = Path(FOLDER, "template", "manage.py")
UNDO, AFTER = Path(FOLDER, "undo"), Path(FOLDER, "undo.json")
BEFORE = "digests.json"
# What every car has.
ALWAYS = ("manage.py", "config.py")
# What an update may change.
CHANGED = ("manage.py", "config.py", "myconfig.py", TEMPLATE.as_posix())


def remember_template(car: Path, text: str) -> None:
    """Keep the manage.py of a template, as the base of the next merge.

    Raises:
        OSError: If the disk does not take it.
    """
    (car / TEMPLATE).parent.mkdir(parents=True, exist_ok=True)
    write_atomically(car / TEMPLATE, text)


def template_of(car: Path) -> str | None:
    """The manage.py of the template that a car was made with; ``None`` if nobody kept it."""
    if not (car / TEMPLATE).is_file():
        return None  # a pipe would never end
    try:
        return (car / TEMPLATE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def keep_for_undo(car: Path) -> None:
    """Copy everything that an update may change.

    Raises:
        OSError: If the disk does not take it; the car is unchanged.
    """
    draft = car / f"{UNDO}.new"
    shutil.rmtree(draft, ignore_errors=True)
    for name in CHANGED:
        if (car / name).is_file():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(car / name, draft / name)
            sync(draft / name)
    draft.mkdir(exist_ok=True)
    digests = {name: _digest(draft / name) for name in CHANGED}
    write_atomically(draft / BEFORE, json.dumps(digests, indent=1) + "\n")
    with suppress(FileNotFoundError):
        (car / AFTER).unlink()
    shutil.rmtree(car / UNDO, ignore_errors=True)
    draft.rename(car / UNDO)


def note_after(car: Path) -> None:
    """Note what the files are after an update, to see later what their owner changed since.

    Raises:
        OSError: If the disk does not take it.
    """
    digests = {name: _digest(car / name) for name in CHANGED}
    write_atomically(car / AFTER, json.dumps(digests, indent=1) + "\n")


def undo(car: Path) -> dict[str, Path | None]:
    """Put the files back that were there before the last update.

    Returns:
        The files that were put back; each with the copy of what its owner changed since the update.

    Raises:
        ConfigError: If there is nothing to undo, or what was kept is not what the update kept.
            Nothing was changed.
        OSError: If the disk does not take it; run it again then.
    """
    if not (car / UNDO).is_dir():
        raise ConfigError(
            "There must be an update that can be undone. Received: none in "
            f"{car.absolute()}. Copies of replaced files are beside them, as NAME.bak1"
        )
    digests = _digests(car / UNDO / BEFORE)
    old = {name: _kept(car, name, digests) for name in CHANGED}
    after = _digests(
        car / AFTER
    )  # none: the update was interrupted, and is taken back all the same
    back: dict[str, Path | None] = {}
    for name, before in old.items():
        now = car / name
        if _digest(now) == _digest(car / UNDO / name):
            continue
        is_changed = now.exists() and name in after and _digest(now) != after[name]
        # Nobody knows what an earlier version kept: then nothing is replaced without a copy.
        is_unsure = now.exists() and (before is None or not digests)
        back[name] = _copied(now) if is_changed or is_unsure else None
        if before is not None:
            mode = (car / UNDO / name).stat().st_mode & 0o777
            write_atomically(now, before, mode=mode)
        else:
            now.unlink()
    shutil.rmtree(car / UNDO)
    with suppress(FileNotFoundError):
        (car / AFTER).unlink()
    return back


def _kept(car: Path, name: str, digests: dict[str, Any]) -> bytes | None:
    """What an update kept of a file; ``None`` if it was not there.

    Raises:
        ConfigError: If that is missing, or is not what the update kept.
    """
    file = car / UNDO / name
    places = [file, *file.parents][: len(Path(UNDO, name).parts)]
    is_there = os.path.lexists(file)
    is_plain = not any(place.is_symlink() for place in places) and file.is_file()
    content = file.read_bytes() if is_plain else None
    if digests:
        digest = None if content is None else hashlib.sha256(content).hexdigest()
        is_right = is_there == is_plain and name in digests and digest == digests[name]
    else:
        is_right = is_plain or (not is_there and name not in ALWAYS)
    if not is_right:
        what = "is not what the update kept" if is_there else "is missing"
        raise ConfigError(
            f"What an update kept must be as it was. Received: {file}, which {what}. Nothing was "
            "changed. Copies of replaced files are beside them, as NAME.bak1"
        )
    return content


def _digests(file: Path) -> dict[str, Any]:
    try:
        digests = parse_json(file.read_bytes()) if file.is_file() else {}
    except (OSError, ValueError):
        return {}
    return digests if isinstance(digests, dict) else {}


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def _copied(path: Path) -> Path:
    number = 1
    while (copy := path.with_name(f"{path.name}.bak{number}")).exists():
        number += 1
    shutil.copy2(path, copy)
    return copy
