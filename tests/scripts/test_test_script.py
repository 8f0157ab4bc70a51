"""`scripts/test` runs everything, whatever complains first, and the exit code tells."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the interpreter here is a shell script")

# Stands in for the interpreter of the environment: says what it was asked, and how that went.
INTERPRETER = """#!/bin/sh
echo "ran $*"
case "$*" in
  "-m pytest"*) echo; echo "3 passed in 0.01s"; exit {pytest};;
  "-m mypy"*) echo "Found 12 errors"; exit {mypy};;
  "-m ruff"*) exit {ruff};;
esac
"""
SHELLCHECK = """#!/bin/sh
echo "checked $*"
exit {shellcheck}
"""


@pytest.fixture
def checkout(tmp_path):
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    shutil.copy(ROOT / "setup.py", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    wanted = hashlib.sha256((ROOT / "setup.py").read_bytes() + b"dev").hexdigest()
    (tmp_path / ".venv" / "installed-dev").write_text(wanted)
    # What it would look for in the system: nothing here is installed.
    (tmp_path / "tools").mkdir()
    for name in ("chromium", "systemd-analyze"):
        (tmp_path / "tools" / name).write_text("#!/bin/sh\n")
        (tmp_path / "tools" / name).chmod(0o755)
    return tmp_path


def run(checkout, *words, ruff=0, mypy=0, pytest=0, shellcheck=0):
    python = checkout / ".venv" / "bin" / "python"
    python.write_text(INTERPRETER.format(ruff=ruff, mypy=mypy, pytest=pytest))
    linter = python.with_name("shellcheck")
    linter.write_text(SHELLCHECK.format(shellcheck=shellcheck))
    for program in (python, linter):
        program.chmod(0o755)
    path = f"{checkout / 'tools'}:{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, "scripts/test", *words], cwd=checkout, env={**os.environ, "PATH": path},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_complaint_about_types_keeps_no_test_from_running(checkout):
    done = run(checkout, mypy=1)
    assert done.stdout.count("ran -m pytest") == 3
    assert done.returncode == 1
    assert done.stdout.splitlines()[-4:] == [
        "FAILED: mypy (exit code 1)", *["3 passed in 0.01s"] * 3
    ]  # fmt: skip


def test_a_complaint_about_style_keeps_neither_types_nor_tests_from_running(checkout):
    done = run(checkout, "tests/test_layers.py", "-x", ruff=1)
    assert "ran -m mypy" in done.stdout
    assert "ran -m pytest tests/test_layers.py -x" in done.stdout
    assert done.returncode == 1
    assert done.stdout.splitlines()[-3:] == [
        "FAILED: ruff check (exit code 1)", "FAILED: ruff format (exit code 1)", "3 passed in 0.01s"
    ]  # fmt: skip


def test_all_well_is_exit_code_0_and_ends_with_the_words_of_pytest(checkout):
    done = run(checkout)
    assert done.returncode == 0
    assert "FAILED" not in done.stdout
    assert done.stdout.splitlines()[-3:] == ["3 passed in 0.01s"] * 3


def test_tests_that_fail_are_told_even_though_lint_is_content(checkout):
    done = run(checkout, pytest=2)
    assert done.returncode == 2
    assert "FAILED: all other tests (exit code 2)" in done.stdout


def test_every_shell_script_is_checked(checkout):
    done = run(checkout, "tests/test_layers.py", shellcheck=1)
    [line] = [line for line in done.stdout.splitlines() if line.startswith("checked")]
    names = {Path(word).name for word in line.split()[2:]}
    assert names == {"install-pi", "checks.sh", "missing.sh", "steps.sh"}
    assert done.returncode == 1
    assert "FAILED: shellcheck (exit code 1)" in done.stdout
