"""pytest plugin for `mutation`: runs the fastest test first, and records all calls of a test.

A mutant is finished at its first failing test. Most are noticed by a test that takes almost no
time; in random order, the slow tests that start processes would often run before it.
"""

import os
from pathlib import Path

import pytest
from mutmut.state import state

from benchmarks.coverage.mutation_calls import FILE, Calls

# Python imports a module of this name before anything else.
HOOK = Path("sitecustomize.py")
HOOK_TEXT = f"""import os
if os.environ.get("{FILE}"):
    from benchmarks.coverage.mutation_calls import Calls
    Calls(os.environ["{FILE}"])
"""


class CallsOfChildren:
    """Adds the calls of a test's child processes to those that mutmut saw itself."""

    def __init__(self) -> None:
        path = Path("calls").absolute()
        self._lines = path.open("w+")
        HOOK.write_text(HOOK_TEXT)
        os.environ[FILE] = str(path)
        Calls(str(path), own=os.getpid())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        """Read the recorded calls; mutmut takes them from there in the same hook."""
        state()._stats.update(line.rstrip() for line in self._lines)

    def pytest_unconfigure(self) -> None:
        """Remove the plugin's files, because mutants are tried without them."""
        HOOK.unlink()
        del os.environ[FILE]
        self._lines.close()


def pytest_configure(config: pytest.Config) -> None:
    """Record child processes while mutmut finds out which test calls which function."""
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        config.pluginmanager.register(CallsOfChildren())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort tests by the time that mutmut measured for them; unknown tests come last."""
    took_s = state().duration_by_test
    items.sort(key=lambda item: took_s.get(item.nodeid, float("inf")))
