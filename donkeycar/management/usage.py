"""Command line parser that suggests the right word for a misspelt one."""

import argparse
import re
import shlex
from collections.abc import Iterable, Sequence
from typing import NoReturn

from donkeycar.words import nearest


class Parser(argparse.ArgumentParser):
    """An `argparse.ArgumentParser` whose message about a misspelt word is one line."""

    def parse_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """Parse as `argparse` does; the chosen command's parser reports an unknown option."""
        words: Sequence[str] | None = args
        known, unknown = self.parse_known_args(words, namespace)
        if unknown:
            chosen = self._chosen(words or [])
            chosen.error(f"unrecognized arguments: {' '.join(unknown)}{chosen._by_option(unknown)}")
        return known

    def error(self, message: str) -> NoReturn:
        """Print what is wrong with a command line, and exit with 2 as `argparse` does."""
        choice = re.search(r"(\S+): invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if choice:
            place, typed, words = choice[1], choice[2], re.findall(r"[^\s,']+", choice[3])
            message = f"{place} has no" if place.startswith("-") else "There is no"
            message += f" {typed!r}. {_asked(typed, words)}There are: {', '.join(words)}"
        elif message.startswith("unrecognized arguments: -"):
            option = message.split()[2].partition("=")[0]
            known = [word for action in self._actions for word in action.option_strings]
            message = f"There is no option {option}. "
            message += f"{_asked(option, known)}All of them: {self.prog} --help"
        elif message.startswith("unrecognized arguments: "):
            message = f"There is no place for {message.removeprefix('unrecognized arguments: ')}"
        else:
            super().error(message)
        self.exit(2, f"{self.prog}: error: {message}\n")

    def _by_option(self, unknown: Sequence[str]) -> str:
        """A hint that a command needs --path in front of a path; "" if the word is not a path."""
        if len(unknown) != 1 or unknown[0].startswith("-"):
            return ""
        has_path = any("--path" in action.option_strings for action in self._actions)
        return f". Say: {self.prog} --path {shlex.quote(unknown[0])}" if has_path else ""

    def _chosen(self, words: Sequence[str]) -> "Parser":
        """The parser of the command in `words`."""
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                for word in words:
                    if word in action.choices:
                        rest = words[words.index(word) + 1 :]
                        chosen: Parser = action.choices[word]
                        return chosen._chosen(rest)
        return self


def _asked(typed: str, known: Iterable[str]) -> str:
    near = nearest(typed, known)
    return f"Did you mean {near}? " if near else ""
