"""The examples of docs/analysis.md run, and its table of columns and answers is true."""

import re
from pathlib import Path

import numpy as np
import pytest

from donkeycar.analysis import SafetyLimitWarning, TubFrame
from donkeycar.analysis.cols import Cols
from donkeycar.analysis.column import OWN
from donkeycar.tub import TubWriter

PAGE = Path(__file__).parents[2] / "docs" / "analysis.md"
INPUTS = ["user/angle", "user/throttle", "user/mode"]


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with TubWriter("data", INPUTS, ["float", "float", "str"], metadata={"car": "blue"}) as tub:
        for n in range(1100):
            tub.append(
                {
                    "user/angle": float(np.sin(n / 9)),
                    "user/throttle": 0.3 + n % 7 / 50,
                    "user/mode": "user" if n % 5 else "local",
                }
            )
    return tmp_path


def test_the_examples_run(data, capsys):
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) >= 4
    names = {}
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), names)
    said = capsys.readouterr().out
    assert said.startswith("1100 records with the columns {'tub': 'text', 'car': 'text'")
    assert "('blue', 'local') 220 0 " in said
    assert (data / "plots.png").stat().st_size > 20_000
    assert len(names["values"]) == 1100
    names["frame"].close()


def test_every_column_and_every_statistic_is_on_the_page():
    page = PAGE.read_text(encoding="utf-8")
    for name in OWN:
        assert f"| `{name}` |" in page
    statistics = [name for name in vars(Cols) if not name.startswith("_")]
    assert [name for name in statistics if not re.search(rf"\b{name}\b", page)] == []


def test_the_limit_is_the_one_on_the_page(data):
    assert "up to a limit of 1,000" in PAGE.read_text(encoding="utf-8")
    with TubFrame("data") as frame, pytest.warns(SafetyLimitWarning):
        assert len(frame.rows()) == 1000
