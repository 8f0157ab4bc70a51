"""What an undo of a repair has to do, worked out and checked before anything is changed.

The steps of the repair are gone through backwards, on paper. Each must have left what is there
now: the file that it put in place, and the file that it kept. Of the last steps some may not have
happened, because the repair was interrupted, or may be undone already.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from donkeycar import commands
from donkeycar.errors import TubError
from donkeycar.tub.format import RECOVERED
from donkeycar.tub.keeping import state_of
from donkeycar.tub.repair_notes import BEFORE, FOLDER, MAKE, MOVE, REMOVE, REPLACE, STEPS, Step
from donkeycar.tub.undo_content import Places, check_content


class Deed(NamedTuple):
    """What undoes one step.

    Attributes:
        num_left: Number of steps that are left after it.
        source: Name of the file that is renamed, or removed; ``None`` if nothing has to be done.
        target: Its new name; ``None`` if it is removed.
    """

    num_left: int
    source: str | None = None
    target: str | None = None


def plan_undo(tub: Path, folder: Path, steps: Sequence[Step]) -> list[Deed]:
    """What undoes the steps of a repair, the last one first.

    Args:
        tub: The tub's folder.
        folder: The folder of the repair.
        steps: Its steps.

    Raises:
        TubError: If the tub or what was kept is not as the repair left it, or if an undo would
            change more than a repair can.
    """
    return _Planner(tub, folder, steps).deeds()


class _Planner:
    def __init__(self, tub: Path, folder: Path, steps: Sequence[Step]) -> None:
        self.tub = tub
        self.folder = folder
        self.steps = steps
        self.kept_in = folder.relative_to(tub).joinpath(BEFORE).as_posix()
        self.places = Places(tub)
        self.states: dict[str, str | None] = {}
        self.ways: dict[str, Callable[[Step, int], Deed]] = {
            REPLACE: self._replaced, MAKE: self._made, MOVE: self._moved, REMOVE: self._moved,
            FOLDER: self._folder,
        }  # fmt: skip

    def deeds(self) -> list[Deed]:
        self._check_no_others()
        deeds = []
        for number, step in reversed(list(enumerate(self.steps))):
            deed = self.ways[step["do"]](step, number)
            if deed.source is not None and step["do"] != FOLDER:
                self._do(deed.source, deed.target)
            deeds.append(deed)
        check_content(self.places, self.folder)
        return deeds

    def _check_no_others(self) -> None:
        """Refuse files that no step names: a list that lost its end would leave them behind."""
        kept = {str(step["kept"]) for step in self.steps if "kept" in step}
        known = {self.folder: {STEPS, f".{STEPS}.tmp", BEFORE}, self.folder / BEFORE: kept}
        for place, names in known.items():
            others = sorted(set(os.listdir(place)) - names) if place.is_dir() else []
            if others:
                raise self._refusal(
                    f"{others[0]!r:.60} in {place}, which no step of the repair names",
                    f"move it away if you put it there, else leave {RECOVERED}/ as it is",
                )

    def _replaced(self, step: Step, number: int) -> Deed:
        path, kept = step["path"], f"{self.kept_in}/{step['kept']}"
        before, after = step.get("before"), step.get("sha256")
        now, old = self._state(path), self._state(kept)
        if now is not None and now == (before or old):
            return Deed(number, kept if old is not None else None)  # it was not done
        if old is None and before is None and number == len(self.steps) - 1 and now != after:
            return Deed(number)  # an earlier version undid it, and was interrupted
        self._check_kept(path, kept, before)
        if now != after:
            raise self._changed(path)
        return Deed(number, kept, path)

    def _made(self, step: Step, number: int) -> Deed:
        path, now = step["path"], self._state(step["path"])
        if now is None:
            return Deed(number)
        is_draft = Path(path).name.startswith(".")
        if not is_draft and now != step.get("sha256"):
            raise self._changed(path)
        return Deed(number, path)

    def _moved(self, step: Step, number: int) -> Deed:
        path, before = step["path"], step.get("before")
        there = step["to"] if step["do"] == MOVE else f"{self.kept_in}/{step['kept']}"
        now, old = self._state(path), self._state(there)
        if old is None and now is not None and before in (None, now):
            return Deed(number)  # it was not done
        self._check_kept(path, there, before)
        if now is not None:
            raise self._refusal(f"{path} of {self.tub}, which is new", "move it away")
        return Deed(number, there, path)

    def _folder(self, step: Step, number: int) -> Deed:
        is_own = step["path"] != RECOVERED  # which also holds these notes, and goes last
        return Deed(number, step["path"] if is_own else None)

    def _check_kept(self, path: str, kept: str, before: str | None) -> None:
        now = self._state(kept)
        if now is None or (before is not None and now != before):
            what = "is not there" if now is None else "was changed since"
            raise self._refusal(
                f"{kept}, which {what}: it is {path} as it was before",
                f"copy the tub again with all of {RECOVERED}/, if it is whole elsewhere",
            )

    def _state(self, name: str) -> str | None:
        if name not in self.states:
            place = self.tub / name
            if place.parent != self.tub and place.parent.is_symlink():
                raise self._refusal(f"{place.parent}, which is a link", "remove it")
            self.states[name] = state_of(place)
        return self.states[name]

    def _do(self, source: str, target: str | None) -> None:
        if target is not None:
            self.states[target] = self._state(source)
        self.states[source] = None
        self.places.rename(source, target)

    def _changed(self, path: str) -> TubError:
        return self._refusal(
            f"{path} of {self.tub}, which was changed since",
            f"what the repair replaced is in {self.folder}",
        )

    def _refusal(self, received: str, next_step: str) -> TubError:
        return TubError(
            "A repair can be undone as long as nothing else has changed the tub, or what the "
            f"repair kept. Received: {received}. Nothing was changed. Next step: {next_step}; "
            f"{commands.donkey('tub', 'check', self.tub)} says how the tub is"
        )
