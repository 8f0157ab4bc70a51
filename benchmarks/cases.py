"""Runs the numbered cases of a fuzz, and tells of those that fail."""

import sys
from collections.abc import Callable


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
