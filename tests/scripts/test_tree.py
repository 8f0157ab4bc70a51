"""`scripts/trixie` and `scripts/test --trixie`: made once, nothing left, and it ends with us."""

import os
import signal
import sys

import pytest

from tests.scripts.conftest import ROOT

needs_root = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0, reason="chroot is for root on Linux"
)


def mounted_below(folder):
    with open("/proc/self/mountinfo") as file:
        return [line for line in file if str(folder) in line]


@needs_root
def test_a_command_runs_inside_in_the_checkout_and_its_exit_code_comes_out(checkout):
    done = checkout.run("scripts/trixie", "sh", "-c", "echo $PWD; echo scripts/t*; exit 7")
    assert done.returncode == 7, done.stderr
    assert done.stdout.splitlines()[-2:] == [
        "/donkeycar", "scripts/test scripts/tree.py scripts/trixie"
    ]  # fmt: skip
    assert mounted_below(checkout.folder) == []


@needs_root
def test_it_is_made_once(checkout):
    for _ in range(2):
        assert checkout.run("scripts/trixie", "sh", "-c", "exit 0").returncode == 0
    assert len(checkout.calls.read_text().splitlines()) == 1


@needs_root
def test_two_use_it_at_once(checkout):
    first = checkout.start("scripts/trixie", "sh", "-c", "echo here; sleep 1000")
    assert any(line == "here\n" for line in first.stdout)
    # What used to happen: the second waited until the first had ended.
    assert checkout.run("scripts/trixie", "sh", "-c", "exit 0").returncode == 0
    first.terminate()
    first.communicate(timeout=30)


@needs_root
def test_a_tree_that_could_not_be_made_leaves_nothing_behind(checkout):
    checkout.debootstrap(code=1)
    done = checkout.run("scripts/trixie", "sh")
    assert done.returncode == 1
    assert done.stderr.startswith("trixie: `")
    assert "debootstrap" in done.stderr and "Traceback" not in done.stderr
    assert [path.name for path in (checkout.cache / "donkeycar").iterdir()] == ["trixie.lock"]
    checkout.debootstrap()
    assert checkout.run("scripts/trixie", "sh", "-c", "exit 0").returncode == 0


@needs_root
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_runs_inside_ends_with_the_script(checkout, number):
    process = checkout.start("scripts/trixie", "sh", "-c", "echo here; sleep 1000")
    assert any(line == "here\n" for line in process.stdout)
    # Ctrl-C reaches everything in the terminal; `kill` the script alone.
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    # Its output ends when the last process that could write there is gone.
    process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert mounted_below(checkout.folder) == []


@needs_root
def test_it_is_removed_whole(checkout):
    checkout.run("scripts/trixie", "sh", "-c", "exit 0")
    assert checkout.run("scripts/trixie", "--remove").returncode == 0
    assert [path.name for path in (checkout.cache / "donkeycar").iterdir()] == ["trixie.lock"]


@needs_root
def test_pip_inside_asks_where_pip_outside_asks(checkout):
    folder = checkout.folder / "wheels"
    folder.mkdir()
    (folder / "one.whl").touch()
    words = ["sh", "-c", 'echo $PIP_FIND_LINKS/*; echo "[$HOME]"']
    done = checkout.run("scripts/trixie", *words, PIP_FIND_LINKS=str(folder))
    assert done.stdout.splitlines()[-2:] == [f"{folder}/one.whl", "[/root]"]


@needs_root
def test_a_folder_can_be_seen_inside_under_its_own_name(checkout):
    (checkout.folder / "tub").mkdir()
    (checkout.folder / "tub" / "manifest.json").touch()
    command = ["--bind", "tub", "sh", "-c", f"echo {checkout.folder}/tub/*"]
    done = checkout.run("scripts/trixie", *command)
    assert done.stdout.splitlines()[-1] == f"{checkout.folder}/tub/manifest.json"


def test_without_a_command_it_says_what_it_wants(checkout):
    done = checkout.run("scripts/trixie")
    assert done.returncode == 2
    assert "say which command to run" in done.stderr


def test_who_is_not_root_is_told_so_and_nothing_is_installed(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    import tree

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert tree.why_not() == (
        "A Trixie tree needs root: `sudo python3 scripts/test --trixie`."
    )  # fmt: skip


@needs_root
def test_tests_run_inside_with_their_arguments(checkout):
    done = checkout.run("scripts/test", "--trixie", "tests/tub", "-x")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == [
        "inside: scripts/test tests/tub -x in /donkeycar", "5 passed in 0.02s"
    ]  # fmt: skip


@needs_root
def test_everything_is_both_pythons_and_ends_with_the_words_of_pytest(checkout):
    checkout.debootstrap(inside=3)
    done = checkout.run("scripts/test", "--everything")
    assert done.returncode == 3
    assert done.stdout.splitlines()[-8:] == [
        "FAILED: Python 3.13 (Trixie) (exit code 3)",
        *["3 passed in 0.01s"] * 5, "10 minutes passed", "5 passed in 0.02s",
    ]  # fmt: skip


@needs_root
def test_tests_that_fail_here_keep_none_there_from_running(checkout):
    checkout.environment(pytest=2)
    done = checkout.run("scripts/test", "--everything")
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "5 passed in 0.02s"
