"""What the README promises."""

import re
import subprocess
import sys
from pathlib import Path

from donkeycar.tub import TubReader

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_first_example_runs_and_records(tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in example.splitlines() if line.strip()]) <= 10
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(TubReader(tmp_path / "data")) >= 20


def test_every_file_it_points_to_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_glossary_has_its_words_in_order_and_each_once():
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", page, re.MULTILINE)[1:]
    assert len(words) > 50
    keys = [word.lower().replace("-", " ") for word in words]
    assert keys == sorted(set(keys))
    assert "docs/glossary.md" in README


def test_every_donkey_command_it_names_exists():
    from donkeycar.management.cli import COMMANDS

    assert set(re.findall(r"`donkey (\w+)", README)) <= set(COMMANDS)
