"""An error in the words of the command line, and the word that was meant by a misspelt one."""

import re
from collections.abc import Iterable, Sequence

# How like a word must be to be the one that was meant, 0 to 1: one or two wrong letters.
LIKENESS = 0.6

# Options whose argument of a function has another name.
OTHERWISE = {"--sim": "track"}


def nearest(typed: str, known: Iterable[str]) -> str:
    """The word that `typed` is nearly, or "" if there is none."""
    import difflib  # only for words that are wrong

    near = difflib.get_close_matches(typed, list(known), 1, LIKENESS)
    return near[0] if near else ""


def as_typed(text: str, words: Sequence[str]) -> str:
    """An error about an argument of a function, in the words of the command line.

    Args:
        text: The error, as ``"`epochs` must be 1 or more. Received: epochs=0"``.
        words: The command line; an option of it that the error is about gets its dashes back.

    Example:
        >>> as_typed("`epochs` must be 1 or more. Received: epochs=0", ["--epochs", "0"])
        '`--epochs` must be 1 or more. Received: --epochs 0'
    """
    for option in {word.partition("=")[0] for word in words if word.startswith("--")}:
        name = option[2:].replace("-", "_")
        for own in (name, f"num_{name}", OTHERWISE.get(option, name)):
            text = re.sub(rf"`{own}`(?= must be )", f"`{option}`", text)
            text = re.sub(rf"(?<=Received: ){own}=", f"{option} ", text)
    choice = re.search(r"one of \[([^]]*)\].* Received: \S+[= ]'([^']*)'$", text)
    near = choice and nearest(choice[2], re.findall(r"[^\s,']+", choice[1]))
    return f"{text}. Did you mean {near}?" if near else text
