"""What benchmarks share: the cases of a fuzz, and a command line without options."""

import argparse
import sys
from collections.abc import Callable, Sequence


def failures(run_case: Callable[[int], object], number: int, first: int) -> int:
    """Run so many cases, the first one with that number; how many failed, each told."""
    failed = 0
    for case in range(first, first + number):
        try:
            run_case(case)
        except Exception as error:  # whatever it is: it would have ended the thread
            failed += 1
            print(f"case {case}: {type(error).__name__}: {error}", file=sys.stderr)
    return failed


def no_arguments(name: str, explanation: str | None, argv: Sequence[str] | None) -> None:
    """Explain a benchmark without options when asked with `--help`; refuse everything else."""
    argparse.ArgumentParser(prog=f"scripts/bench {name}", description=explanation).parse_args(argv)
