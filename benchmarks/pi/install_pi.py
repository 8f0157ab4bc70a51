"""`scripts/install-pi` in fresh trees of Debian, as far as that needs no hardware.

Bookworm has Python 3.11, Trixie 3.13. What it writes is gone at the end. Linux, root and a network
are needed; a tree is made in a minute or two the first time, an installation takes about as long.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import ROOT

SUITES = ("bookworm", "trixie")
INSIDE = Path("/donkeycar/benchmarks/pi/install_pi_inside.py")
# Trials in `install_pi_inside`; fewer mean that it broke off.
MOST = 20


def trials(suite: str) -> list[dict[str, object]]:
    """Run all trials in a tree, and return their results."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import tree

    tree.make(suite)
    command = tree.command(["python3", str(INSIDE)], suite=suite, is_discarded=True)
    results = []
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        for line in process.stdout or []:
            result = json.loads(line)
            results.append(result)
            mark = "ok    " if result["passed"] else "FAILED"
            print(f"{suite:9} {mark} {result['trial']:48} {result['figure']}".rstrip(), flush=True)
        if process.wait():
            errors.seek(0)
            print(errors.read()[-3000:])
    return results


def main(argv: list[str] | None = None) -> int:
    """Run the trials.

    Returns:
        1 if one failed.
    """
    parser = argparse.ArgumentParser(prog="install_pi", description=__doc__)
    parser.add_argument("--suite", action="append", choices=SUITES, help="default: both")
    args = parser.parse_args(argv)
    failed = 0
    for suite in args.suite or SUITES:
        results = trials(suite)
        failed += sum(not result["passed"] for result in results) + (len(results) != MOST)
        print(f"{suite}: {len(results)} of {MOST} trials, {failed} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
