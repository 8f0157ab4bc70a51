"""`donkey update`: give a car the manage.py and config.py of the installed donkeycar.

What its owner changed in manage.py is kept: the manage.py that the car was made with, the owner's
and the new one are merged. Values of an old config.py are carried into myconfig.py.
"""

import argparse
import ast
import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from donkeycar.drafts import CAR_FILES, abandoned_files, clear
from donkeycar.errors import ConfigError
from donkeycar.management.createcar import Made, create_car, files_of, tell
from donkeycar.management.old_manage import old_imports
from donkeycar.management.update import kept
from donkeycar.management.update.merge import Conflict, merge
from donkeycar.settings.owner.carried import effective, lost_settings

MINE, NEW = "mine", "new"
# Lines of a conflict that are shown.
SHOWN = 6


class Plan(NamedTuple):
    """What an update does with manage.py.

    Attributes:
        old: As it is.
        text: As it is going to be.
        why: The reason, in a sentence.
        conflicts: Where the owner and the new version changed the same lines.
    """

    old: str
    text: str
    why: str
    conflicts: list[Conflict]


def plan_update(path: Path, *, take: str = "") -> Plan:
    """Find out what an update would do; nothing is written.

    Args:
        path: Folder of the car.
        take: `MINE` keeps manage.py as it is, `NEW` takes the new one as it is, "" merges.

    Raises:
        ConfigError: If `path` is not the folder of a car.
    """
    if not (path / "config.py").is_file() or not (path / "manage.py").is_file():
        raise ConfigError(
            f"{path.absolute()} is not a car: it has no config.py and manage.py. Go to the folder "
            "of the car, or run `donkey createcar`"
        )
    settings = path / "myconfig.py"
    if settings.exists() and not settings.is_file():
        raise ConfigError(
            f"{settings.absolute()} must be an ordinary file. Received: something else. Move it "
            "away; nothing was changed"
        )
    mine = (path / "manage.py").read_text(encoding="utf-8", errors="replace")
    new, base = files_of("complete")["manage.py"], kept.template_of(path)
    if mine == new:
        return Plan(mine, new, "it is the newest already", [])
    if take == MINE:
        return Plan(mine, mine, "you keep yours", [])
    if take == NEW:
        return Plan(mine, new, "you take the new one", [])
    if base is None or old_imports(mine):
        why = "it is of an earlier version" if old_imports(mine) else "nobody kept its template"
        return Plan(mine, new, f"replaced, because {why}", [])
    text, conflicts = merge(base, mine, new)
    if mine == base:
        return Plan(mine, new, "you changed nothing in it", [])
    if not conflicts and not _is_python(text):
        # Each change fits, but together they are no program.
        conflicts = [Conflict(1, ["the whole file"], ["the whole file"])]
    why = "merged: your changes and those of the new version"
    return Plan(mine, text, why if text != mine else "it has everything of the new one", conflicts)


def update_car(path: Path, *, take: str = "") -> Made:
    """Renew manage.py and config.py of the car in `path`; all other files stay.

    Args:
        path: Folder of the car.
        take: As for `plan_update`.

    Raises:
        ConfigError: If `path` is not the folder of a car, or the changes do not fit together.
            Nothing is changed then.
    """
    plan = plan_update(path, take=take)
    if plan.conflicts:
        raise ConfigError(
            "Your changes in manage.py must not be in the same lines as those of the new version. "
            f"Received: {len(plan.conflicts)} such places, from line {plan.conflicts[0].line} on. "
            "`donkey update --dry-run` shows them; `--take mine` keeps your manage.py, `--take "
            "new` the new one (yours stays as manage.py.bak1). Nothing was changed"
        )
    if _is_current(path, plan):
        # What `--undo` takes back is still the last update that changed something.
        return create_car(path, overwrite=True, manage=plan.text)
    kept.keep_for_undo(path)
    made = create_car(path, overwrite=True, manage=plan.text)
    kept.note_after(path)
    return made


def _is_current(path: Path, plan: Plan) -> bool:
    files = files_of("complete")
    return (
        plan.text == plan.old
        and kept.template_of(path) == files["manage.py"]
        and (path / "config.py").read_text("utf-8", "replace") == files["config.py"]
    )


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car; default: this one"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would change, and change nothing"
    )
    parser.add_argument(
        "--take", choices=(MINE, NEW), default="",
        help="which manage.py, if your changes and the new ones do not fit: mine or new",
    )  # fmt: skip
    parser.add_argument("--undo", action="store_true", help="take the last update back")


def run(args: argparse.Namespace) -> None:
    """Update the car, show what would be done, or take the last update back."""
    path = args.path.expanduser()
    if args.undo:
        for name, copy in kept.undo(path).items():
            print(f"put back {path / name}" + (f" (yours of today is {copy.name})" if copy else ""))
        print("The last update is undone")
        return
    plan = plan_update(path, take=args.take)
    if args.dry_run:
        for line in _shown(path, plan):
            print(line)
        print("Nothing was changed")
        return
    for sentence in clear(abandoned_files(path, CAR_FILES)):
        print(f"note: {sentence}", file=sys.stderr)
    made = update_car(path, take=args.take)
    print(f"manage.py: {plan.why}")
    tell(made)
    print(f"Up to date. No setting changed; your own are in {path / 'myconfig.py'}.")
    if made.written:
        print("To take it back: donkey update --undo")


def _shown(path: Path, plan: Plan) -> Iterator[str]:
    yield f"manage.py: {plan.why}"
    for place in plan.conflicts:
        yield f"  line {place.line}: yours and the new version do not fit"
        yield from (f"    yours: {line.rstrip()}" for line in place.mine[:SHOWN])
        yield from (f"    new:   {line.rstrip()}" for line in place.theirs[:SHOWN])
    yield from _diff(plan.old, plan.text, "manage.py")
    old, new = (path / "config.py").read_text("utf-8", "replace"), files_of("complete")["config.py"]
    yield "config.py: " + ("it is the newest already" if old == new else "replaced")
    yield from _diff(old, new, "config.py")
    try:
        lost = lost_settings(effective(path, with_config=True), effective(path, with_config=False))
    except ConfigError as error:
        yield f"myconfig.py: {error}"
        return
    for name, value in lost.items():
        yield f"myconfig.py: gets {name} = {value!r}, which only the old config.py had"


def _diff(old: str, new: str, name: str) -> Iterator[str]:
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), f"{name} now", f"{name} after", lineterm="", n=1
    )
    yield from (f"  {line}" for line in lines)
