"""`scripts/test` runs everything, whatever complains first, and the exit code tells."""

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the interpreter here is a shell script")


def run(checkout, *words, **codes):
    checkout.environment(**codes)
    return checkout.run("scripts/test", *words)


def test_a_complaint_about_types_keeps_no_test_from_running(checkout):
    done = run(checkout, mypy=1)
    assert done.stdout.count("ran -m pytest") == 5
    assert done.returncode == 1
    assert done.stdout.splitlines()[-6:] == [
        "FAILED: mypy (exit code 1)", *["3 passed in 0.01s"] * 5
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
    assert done.stdout.splitlines()[-5:] == ["3 passed in 0.01s"] * 5


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
