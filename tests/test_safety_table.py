"""SAFETY.md and the command that fills it are in step; its campaigns find nothing (in short)."""

import math
from pathlib import Path

import pytest

from benchmarks.safety.hardware import HARDWARE
from benchmarks.safety.safety import COUNTED, TIMED, main, parser
from benchmarks.safety.table import COUNTED_HEAD, TIMED_HEAD, Timed
from benchmarks.safety.verdict import Verdict

SAFETY = (Path(__file__).parents[1] / "SAFETY.md").read_text(encoding="utf-8")
CASES = 300

# These have a test of their own, beside those with real processes.
TESTED = ("S17", "S18", "S9", "guardian frames", "a pilot stands", "two programs")
CAMPAIGNS = {row.name: row for row in COUNTED if not row.name.startswith(TESTED)}


def rows_below(head):
    """The cells of each row of a table of SAFETY.md."""
    assert SAFETY.count(head) == 1
    table = SAFETY.partition(head)[2].lstrip("\n").partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_every_goal_has_a_row_and_every_row_a_goal():
    assert [row[0] for row in rows_below(TIMED_HEAD)] == [row.name for row in TIMED]
    assert [row[0] for row in rows_below(COUNTED_HEAD)] == [row.name for row in COUNTED]


def test_the_goals_are_those_of_the_code():
    goals = [row[5] for row in rows_below(TIMED_HEAD)]
    no_most = [f"{row.p99_ms:g} / {row.max_ms:g}".replace("inf", "–") for row in TIMED]
    assert goals == no_most


def test_every_row_says_of_what_it_takes_how_many():
    options = vars(parser().parse_args([]))
    assert {row.unit for row in TIMED} <= options.keys()


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_no_case_is_a_violation(name):
    row = CAMPAIGNS[name]
    assert row.violations(min(row.cases, CASES), 1) == 0


def trials_of(*verdicts):
    return lambda number, seed: [Verdict(*verdict) for verdict in verdicts]


@pytest.mark.parametrize(
    ("verdicts", "factor", "reached"),
    [
        ([(10, False), (20, False)], 1, "yes"),
        ([(10, False), (21, False)], 1, "**no**"),
        ([(10, False), (21, False)], 1.5, "yes"),
        ([(10, True), (20, False)], 1, "**no**"),
        ([(1, False)] * 99 + [(29, False)], 1, "yes"),
        ([(1, False)] * 99 + [(31, False)], 1, "**no**"),
        ([(math.inf, True)], 9, "**no**"),
    ],
)
def test_a_row_says_whether_its_goal_was_reached(capsys, verdicts, factor, reached):
    row = Timed("a fault", trials_of(*verdicts), p99_ms=20, max_ms=30)
    assert row.measure(1, 1, factor) == (reached == "yes")
    runaways = sum(runaway for _, runaway in verdicts)
    assert capsys.readouterr().out.endswith(f"| 20 / 30 | {runaways} | {reached} |\n")


def test_the_command_prints_the_tables_as_they_stand_in_the_document(capsys):
    name = "S11 a stop is not obeyed, from any source in any mode and state"
    assert main(["--only", name, "--seed", "1"]) == 0
    head, _, rest = capsys.readouterr().out.partition("\n\n")
    assert head == TIMED_HEAD
    assert rest.startswith(f"{COUNTED_HEAD}\n| {name} | 294 | 0 | yes |\n\nseed 1, 0 busy loops")


def test_rows_that_are_measured_on_each_hardware_are_the_same_and_can_be_chosen(
    capsys, monkeypatch
):
    names = {
        key: [
            row.name.replace(f"{made.title}: ", "").replace(made.trouble, "it fails")
            for row in TIMED
            if row.hardware == key
        ]
        for key, made in HARDWARE.items()
    }
    assert names["pca9685"] == names["gpio"] == names["kernel_pwm"]
    rows = [Timed(f"S99 {key}", trials_of((1, False)), 20, hardware=key) for key in ("", *HARDWARE)]
    monkeypatch.setattr("benchmarks.safety.safety.TIMED", rows)
    assert main(["--hardware", "gpio"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{TIMED_HEAD}\n| S99 gpio |")
    assert out.count("\n| S") == 1


def test_a_missed_goal_is_named_and_is_exit_code_1(capsys, monkeypatch):
    missed = [Timed("S99 nothing stops it", trials_of((math.inf, True)), 20)]
    monkeypatch.setattr("benchmarks.safety.safety.TIMED", missed)
    assert main(["--only", "S99"]) == 1
    assert capsys.readouterr().out.endswith("MISSED: S99 nothing stops it\n")
