"""Can the tests of driving and guardian fail? mutmut breaks these line by line and runs them.

Goal: at least 97 % of the broken versions are noticed. Each is tried with the tests that call its
function, in their own process or in one that they start.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections import Counter

from benchmarks import ROOT

MIN_SCORE = 0.97
PACKAGES = ("donkeycar.driving.", "donkeycar.guardian.")

# mutmut's words for a version that the tests noticed: a test failed, or never ended.
NOTICED = {"killed", "timeout"}


def outcomes() -> dict[str, str]:
    """Each broken version and what became of it."""
    command = [sys.executable, "-m", "mutmut", "results", "--all", "true"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    names = "|".join(map(re.escape, PACKAGES))
    return dict(re.findall(rf"^\s*((?:{names})\S+): (.+)$", done.stdout, re.MULTILINE))


def main(argv: list[str] | None = None) -> int:
    """Print the score of each module, and what survived; 1 if the goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench mutation", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="versions tried at a time")
    parser.add_argument("modules", nargs="*", help="e.g. arbiter; all if none is given")
    args = parser.parse_args(argv)
    patterns = [f"{package}{module}.*" for package in PACKAGES for module in args.modules]
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(args.jobs), *patterns]
    # What an earlier run left would be mixed with newer tests.
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    log = ROOT / "mutants" / "log"
    log.parent.mkdir()
    with log.open("w") as output:
        code = subprocess.run(command, cwd=ROOT, stdout=output, stderr=output).returncode
    if code:
        print(f"mutmut ended with {code}, see {log}")
        return 1
    score = Counter()
    survivors = []
    for name, outcome in outcomes().items():
        module = name.split(".")[2]
        if args.modules and module not in args.modules:
            continue
        noticed = outcome in NOTICED
        score[module, noticed] += 1
        if not noticed:
            survivors.append(f"{outcome}: {name}")
    print("| module | versions | noticed |\n|---|---|---|")
    for module in sorted({module for module, _ in score}):
        noticed = score[module, True]
        versions = noticed + score[module, False]
        print(f"| {module} | {versions} | {100 * noticed / versions:.1f} % |")
    noticed = sum(count for (_, was_noticed), count in score.items() if was_noticed)
    versions = sum(score.values())
    print(f"| all | {versions} | {100 * noticed / versions:.1f} % |\n")
    print("\n".join(survivors))
    if noticed < MIN_SCORE * versions:
        print(f"MISSED: less than {100 * MIN_SCORE:g} % were noticed")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
