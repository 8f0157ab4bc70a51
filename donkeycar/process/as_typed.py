"""Errors in the words of the command line, and the correct word for a misspelt one."""

import re
from collections.abc import Sequence

from donkeycar.words import nearest

# Options whose function argument has another name.
OTHERWISE = {"--sim": "track"}


def as_typed(text: str, words: Sequence[str]) -> str:
    """Rewrite an error about a function argument in the words of the command line.

    Args:
        text: The error, as ``"`epochs` must be 1 or more. Received: epochs=0"``.
        words: The command line; the error names its options with their dashes.

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
