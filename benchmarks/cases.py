"""Common code of benchmarks: running the cases of a fuzz test, and a command without options."""

import argparse
import sys
from collections.abc import Callable, Sequence


def failures(run_case: Callable[[int], object], number: int, first: int) -> int:
    """Run `number` cases from case `first` on; print each failure and return their number."""
    failed = 0
    for case in range(first, first + number):
        try:
            run_case(case)
        except Exception as error:  # any error would have ended the thread
            failed += 1
            print(f"case {case}: {type(error).__name__}: {error}", file=sys.stderr)
    return failed


def no_arguments(name: str, explanation: str | None, argv: Sequence[str] | None) -> None:
    """Print the explanation of a benchmark without options for `--help`; refuse other arguments."""
    argparse.ArgumentParser(prog=f"scripts/bench {name}", description=explanation).parse_args(argv)
