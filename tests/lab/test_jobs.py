"""Jobs are commands of their own: they outlive who started them, and tell the truth about it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from donkeycar.errors import ConfigError
from donkeycar.lab.jobs import Jobs, record

WITHIN_S = 30


@pytest.fixture
def jobs(tmp_path):
    (tmp_path / "config.py").write_text("")
    made = Jobs(tmp_path)
    yield made
    for process in made._started.values():
        process.wait(WITHIN_S)


def until(ask, wanted):
    """Ask again until the answer is as wanted."""
    end_s = time.monotonic() + WITHIN_S
    while not wanted(answer := ask()):
        assert time.monotonic() < end_s, answer
        time.sleep(0.02)
    return answer


def ended(jobs, name):
    return until(lambda: jobs.state(name), lambda state: state["state"] != "running")


def test_a_job_runs_a_command_and_keeps_its_output(jobs, tmp_path):
    name = jobs.start("Show a setting", ["config", "DRIVE_LOOP_HZ"])
    state = ended(jobs, name)
    assert state["state"] == "done"
    assert state["exit_code"] == 0
    assert "DRIVE_LOOP_HZ = 20" in state["output"]
    assert state["command"] == "donkey config DRIVE_LOOP_HZ"
    assert state["title"] == "Show a setting"
    assert state["started_s"] <= state["ended_s"] <= time.time()
    assert [one["id"] for one in jobs.list()] == [name]
    assert "output" not in jobs.list()[0]
    assert (tmp_path / "logs" / "jobs" / name / "output.txt").exists()


def test_a_job_that_fails_says_so(jobs):
    state = ended(jobs, jobs.start("Show a setting", ["config", "NO_SUCH_SETTING"]))
    assert state["state"] == "failed"
    assert state["exit_code"] == 1
    assert "No setting NO_SUCH_SETTING" in state["output"]


def test_words_are_no_shell(jobs, tmp_path):
    name = jobs.start("Try", ["config", "x; touch stolen", "$(touch stolen)"])
    state = ended(jobs, name)
    assert state["state"] == "failed"
    assert state["command"] == "donkey config 'x; touch stolen' '$(touch stolen)'"
    assert not (tmp_path / "stolen").exists()


def test_a_file_of_the_folder_takes_the_place_of_no_library(jobs, tmp_path):
    for name in ("json", "rich", "pydantic", "donkeycar"):
        (tmp_path / f"{name}.py").write_text("open('stolen', 'w')\nraise SystemExit('stolen')\n")
    assert ended(jobs, jobs.start("Show", ["config", "IMAGE_W"]))["state"] == "done"
    assert not (tmp_path / "stolen").exists()


SLEEPER = """
import signal, sys, time
{more}
print("ready", flush=True)
time.sleep(120)
"""


@pytest.fixture
def sleeping(jobs, tmp_path, monkeypatch):
    """Start a job whose command is a script: the owner's config.py, which a command runs."""

    def start(more=""):
        (tmp_path / "config.py").write_text(SLEEPER.format(more=more))
        name = jobs.start("Wait", ["config"])
        until(lambda: jobs.state(name), lambda state: "ready" in state["output"])
        return name

    return start


def test_a_job_that_is_stopped_ends_as_after_ctrl_c(jobs, sleeping):
    name = sleeping()
    assert jobs.state(name)["state"] == "running"
    assert jobs.state(name)["ended_s"] is None
    jobs.stop(name)
    state = ended(jobs, name)
    assert state["state"] == "stopped"
    assert state["exit_code"] == 130


def test_a_job_belongs_to_no_jobs_object(jobs, sleeping, tmp_path):
    """Another worker, started later, sees it and can stop it."""
    name = sleeping()
    other = Jobs(tmp_path)
    assert other.state(name)["state"] == "running"
    other.stop(name)
    assert ended(other, name)["state"] == "stopped"


def test_a_job_outlives_the_process_that_started_it(tmp_path):
    (tmp_path / "config.py").write_text(SLEEPER.format(more=""))
    code = (
        "import os, pathlib, sys; from donkeycar.lab.jobs import Jobs;"
        "print(Jobs(pathlib.Path(sys.argv[1])).start('Wait', ['config']), flush=True);"
        "os.kill(os.getpid(), 9)"
    )
    starter = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    name, jobs = starter.stdout.strip(), Jobs(tmp_path)
    until(lambda: jobs.state(name), lambda state: "ready" in state["output"])
    assert jobs.state(name)["state"] == "running"
    jobs.stop(name)
    assert ended(jobs, name)["state"] == "stopped"


def test_a_job_whose_processes_are_killed_is_lost(jobs, sleeping, tmp_path):
    name = sleeping()
    leader = record.read(tmp_path / "logs" / "jobs" / name, record.LOCK)["pid"]
    os.killpg(leader, signal.SIGKILL)
    state = ended(jobs, name)
    assert state["state"] == "lost"
    assert state["exit_code"] is None


def test_a_job_is_running_while_its_command_is_left(jobs, sleeping, tmp_path):
    """The supervisor alone was killed: what it watched goes on, and can be stopped."""
    name = sleeping()
    leader = record.read(tmp_path / "logs" / "jobs" / name, record.LOCK)["pid"]
    os.kill(leader, signal.SIGKILL)
    jobs._started[name].wait(WITHIN_S)
    assert jobs.state(name)["state"] == "running"
    jobs.stop(name)
    assert ended(jobs, name)["state"] == "lost"


def test_a_command_says_how_far_it_is(jobs, sleeping):
    name = sleeping(
        "import json, os, pathlib\n"
        "place = pathlib.Path(os.environ['DONKEYCAR_PROGRESS'])\n"
        "place.write_text(json.dumps({'fraction': 0.5}))"
    )
    assert jobs.state(name)["progress"] == {"fraction": 0.5}
    jobs.stop(name)
    ended(jobs, name)


@pytest.mark.parametrize("name", ["", "..", "nothing", "20260101_000000_abcdef", "../../etc"])
def test_an_unknown_job_is_refused(jobs, name):
    for ask in (jobs.state, jobs.stop):
        with pytest.raises(ConfigError, match="A job has an ID of the list of jobs. Received:"):
            ask(name)


def test_a_folder_without_jobs_has_none(jobs):
    assert jobs.list() == []


def test_only_the_last_jobs_are_kept(jobs, tmp_path, monkeypatch):
    folder = tmp_path / "logs" / "jobs"
    for number in range(105):
        old = folder / f"20200101_{number:06}_abcdef"
        old.mkdir(parents=True)
        (old / "job.json").write_text(json.dumps({"id": old.name}))
    name = jobs.start("Show", ["config", "IMAGE_W"])
    assert len(jobs.list()) == 100
    assert jobs.list()[0]["id"] == name
    ended(jobs, name)


def test_the_end_of_a_long_output_is_shown(jobs, tmp_path):
    (tmp_path / "config.py").write_text(
        "for number in range(20000): print('line', number)\nraise SystemExit"
    )
    output = ended(jobs, jobs.start("Print", ["config"]))["output"]
    assert "line 19999" in output
    assert output.startswith("line ")
    assert len(output) <= 32 * 1024


def test_a_full_or_locked_disk_is_a_sentence(tmp_path):
    (tmp_path / "logs").write_text("in the way")
    with pytest.raises(ConfigError, match="A job needs room .* from a terminal: donkey config"):
        Jobs(tmp_path).start("Show", ["config"])
