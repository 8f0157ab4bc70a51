"""Tubs damaged at random, in up to five ways at once: the advice of `check` helps.

Goals, in every case: `check` changes nothing. What it advises changes something, and is not advised
again: after a repair, only its owner may have a step left. A second repair changes nothing. Every
record whose line parses and whose image decodes is readable. Undoing the repair restores every byte
of the tub. Nothing outside the tub is read into it or written.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.tub.damage import DAMAGES, apply, make_tub
from benchmarks.tub.damage_judge import judge
from benchmarks.tub.tub_crash import fast_folder

MOST_AT_ONCE = 5


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed in a case."""
    parser = argparse.ArgumentParser(prog="scripts/bench tub_damage", description=__doc__)
    parser.add_argument("--tubs", type=int, default=3000, help="number of damaged tubs")
    parser.add_argument("--seed", type=int, default=1, help="random seed")
    args = parser.parse_args(argv)
    rng = random.Random(args.seed)
    wrong: list[str] = []
    kinds: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=fast_folder()) as whole:
        make_tub(Path(whole) / "tub")
        for number in range(args.tubs):
            damages = [
                (rng.choice(sorted(DAMAGES)), rng.randrange(10_000), rng.randrange(10_000))
                for _ in range(rng.randrange(1, MOST_AT_ONCE + 1))
            ]
            with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
                tub = Path(shutil.copytree(Path(whole) / "tub", Path(folder) / "tub"))
                kinds.update(apply(tub, damages))
                try:
                    found = judge(tub)
                except Exception as error:
                    found = [f"{type(error).__name__}: {error}"]
                wrong += [f"tub {number}, {damages}: {text}" for text in found]
    print(
        f"{args.tubs} tubs, {sum(kinds.values())} damages of {len(kinds)} of {len(DAMAGES)} kinds: "
        f"{len(wrong)} goals missed"
    )
    for text in wrong[:20]:
        print(f"MISSED: {text}")
    return 1 if wrong or len(kinds) < len(DAMAGES) else 0


if __name__ == "__main__":
    sys.exit(main())
