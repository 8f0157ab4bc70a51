"""Every benchmark is found by its name, wherever its file lies, and is in the list of them."""

import ast
import re
import subprocess
import sys

import pytest

from benchmarks.__main__ import HERE, main, modules, usage
from benchmarks.coverage.mutation import left_out, sources

# Under these names people and documents know them.
NAMES = {
    "branches", "camera_age", "camera_loss", "camera_pace", "car_size", "closed_loop",
    "cpu_share", "endurance", "gamepad_fuzz", "gamepad_stop", "idle", "install_pi", "lease",
    "link_loss", "loop", "many_records", "mutation", "old_cars", "pad_records", "pad_rests",
    "pilot_start", "pipeline", "power_cut", "rc_fuzz", "recorder", "safety", "sim", "slow_car",
    "stop_bindings", "stop_rule", "tick", "training", "tub_crash", "tub_kill", "two_programs",
    "unread_output", "unsynced_writes", "web_fuzz", "web_load", "wheels",
}  # fmt: skip


def test_every_benchmark_is_found_by_its_name():
    assert NAMES - set(modules()) == set()


def test_no_two_benchmarks_have_one_name():
    files = [path for path in HERE.glob("*/*.py") if "\ndef main(argv" in path.read_text()]
    assert len(files) == len(modules())


def test_every_benchmark_can_be_run_as_a_module():
    """What nobody can start is none: each ends in a call of its `main`."""
    for name, module in modules().items():
        path = HERE.parent.joinpath(*module.split(".")).with_suffix(".py")
        last = ast.unparse(ast.parse(path.read_text(encoding="utf-8")).body[-1])
        assert "'__main__'" in last and "main(" in last, name


def test_every_benchmark_says_in_the_readme_what_it_shows():
    rows = re.findall(r"^\| `(\w+)` \| \S", (HERE / "README.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(modules())


def test_without_a_name_they_are_listed_by_room(capsys):
    assert main([]) == 2
    shown = capsys.readouterr().out
    assert shown == usage() + "\n"
    web = r"^  web +data_page, foxglove_view, lab_load, web_fuzz, web_load$"
    assert re.search(web, shown, re.MULTILINE)


def test_a_name_that_none_has_lists_them_too(capsys):
    assert main(["nonsense"]) == 2
    assert "gamepad_stop" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["-m", "benchmarks"], ["scripts/bench"]])
def test_one_is_run_with_its_arguments(words):
    command = [sys.executable, *words, "stop_rule", "--help"]
    done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "usage: scripts/bench stop_rule" in done.stdout


def test_every_function_of_driving_and_guardian_can_be_broken():
    # What used to happen: what had a decorator was left out of the score, and nobody was told.
    assert {"cockpit", "client", "message", "lease", "guardian", "watchdog"} < set(sources())
    assert left_out(dict.fromkeys(sources(), 1), list(sources())) == []


def test_a_module_that_gave_no_broken_version_is_named_and_so_is_one_that_is_not_there():
    versions = {**dict.fromkeys(sources(), 1), "lease": 0}
    assert left_out(versions, ["arbiter", "lease", "leese"]) == [
        "donkeycar/driving/lease.py gave no version",
        "driving and guardian have no module leese with a function",
    ]
