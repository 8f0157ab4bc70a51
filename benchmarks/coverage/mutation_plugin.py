"""A plugin of pytest for `mutation`: the quickest test first, and all that a test calls.

A broken version is done with at its first failure. Most are noticed by a test that takes no time at
all; in the order of chance, those that start processes come before it as often as not.
"""

import os
from pathlib import Path

import pytest
from mutmut.state import state

from benchmarks.coverage.mutation_calls import FILE, Calls

# Python imports a module of this name before it does anything else.
HOOK = Path("sitecustomize.py")
HOOK_TEXT = f"""import os
if os.environ.get("{FILE}"):
    from benchmarks.coverage.mutation_calls import Calls
    Calls(os.environ["{FILE}"])
"""


class CallsOfChildren:
    """Adds what the processes of a test called to what mutmut saw the test call itself."""

    def __init__(self) -> None:
        path = Path("calls").absolute()
        self._lines = path.open("w+")
        HOOK.write_text(HOOK_TEXT)
        os.environ[FILE] = str(path)
        Calls(str(path), own=os.getpid())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self) -> None:
        """Read what has come; mutmut itself takes it from there in the same hook."""
        state()._stats.update(line.rstrip() for line in self._lines)

    def pytest_unconfigure(self) -> None:
        """Leave nothing behind: a broken version is tried without any of this."""
        HOOK.unlink()
        del os.environ[FILE]
        self._lines.close()


def pytest_configure(config: pytest.Config) -> None:
    """Look at processes while mutmut finds out which test calls what."""
    if os.environ.get("MUTANT_UNDER_TEST") == "stats":
        config.pluginmanager.register(CallsOfChildren())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by what each test took when mutmut ran all of them; those it does not know are last."""
    took_s = state().duration_by_test
    items.sort(key=lambda item: took_s.get(item.nodeid, float("inf")))
