"""Command lines of `donkey tub` in any order: paths may stand before, between or after options.

By itself `argparse` gives all words after an option with several values to that option, so that
``delete --records 0-9 data`` named no tub, and refuses paths in two places.
"""

import argparse
import glob
import os
import re
from collections.abc import Sequence
from typing import Any

from donkeycar.management.usage import Parser

INDEX_METAVAR = "INDEX"
_INDEXES = re.compile(r"[\d,-]+", re.ASCII)


class AnyOrder(Parser):
    """A parser of one action, which sorts its words before they are read.

    The first word after an option is always a value of it. Of the others after an option with
    several values, the words are paths that are no index, if it takes indexes, or that name
    something on the disk, if it takes names. If no path is found, the last one is it.
    """

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """Parse as `argparse` does, the paths first."""
        return super().parse_known_args(self._sorted(list(args or [])), namespace)

    def _sorted(self, words: Sequence[str]) -> list[str]:
        paths: list[str] = []
        options: list[str] = []
        open_end = -1  # place in `options` of the last word that may as well be a path
        place = 0
        while place < len(words):
            word = words[place]
            place += 1
            if word == "--":
                paths += words[place:]
                break
            if not word.startswith("-") or word == "-":
                paths.append(word)
                continue
            options.append(word)
            action = self._option(word)
            if action is None or "=" in word or action.nargs == 0:
                continue
            if place < len(words) and words[place] != "--":
                options.append(words[place])
                place += 1
            while action.nargs == "+" and place < len(words) and not words[place].startswith("-"):
                if _is_path(action, words[place]):
                    paths.append(words[place])
                else:
                    options.append(words[place])
                    open_end = len(options) - 1
                place += 1
        if not paths and open_end >= 0:
            paths.append(options.pop(open_end))
        if any(path.startswith("-") for path in paths):
            return [*options, "--", *paths]
        return [*paths, *options]

    def _option(self, word: str) -> Any:
        """The option that a word names, shortened or not; ``None`` if there is none."""
        name = word.partition("=")[0]
        named = {text: one for one in self._actions for text in one.option_strings}
        if name in named:
            return named[name]
        longer = {id(one): one for text, one in named.items() if text.startswith(name)}
        return next(iter(longer.values())) if len(longer) == 1 else None


def _is_path(action: argparse.Action, word: str) -> bool:
    if action.metavar == INDEX_METAVAR:
        return _INDEXES.fullmatch(word) is None
    path = os.path.expanduser(word)
    return os.path.exists(path) or (glob.has_magic(path) and bool(glob.glob(path)))
