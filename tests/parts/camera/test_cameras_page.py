"""The snippets of docs/cameras.md run."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "cameras.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_snippet_runs(number):
    # A faster loop, so that the test does not take the two seconds the page does.
    code = SNIPPETS[number].replace("rate_hz=20", "rate_hz=200")
    exec(compile(code, f"{PAGE.name}, snippet {number + 1}", "exec"), {"__name__": "snippet"})


def test_there_are_snippets():
    assert len(SNIPPETS) == 3
