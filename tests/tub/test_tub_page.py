"""The examples of docs/tub.md run."""

import re
from pathlib import Path

from donkeycar.tub.faults import table

PAGE = Path(__file__).parents[2] / "docs" / "tub.md"


def test_the_examples_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    reading, writing, checking = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for example in (writing, reading, checking):
        exec(compile(example, str(PAGE), "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "89 records are safe"
    assert lines[1].startswith("89 records in the sessions ['")
    assert lines[-3:] == ["[] []", "[]", "[4]"], "whole, and record 4 was deleted"


def test_the_page_shows_the_table_of_faults():
    assert table() in PAGE.read_text(encoding="utf-8")
