"""Short form of the benchmark `unsynced_writes`, and what `power_cut` says where it cannot run."""

import os
import random

import pytest

from benchmarks.tub import power_cut
from benchmarks.tub.loop_disk import KINDS, why_not
from benchmarks.tub.unsynced_writes import faults, power_cuts
from benchmarks.tub.write_model import Disk, Inode, LoggedDisk, Name, Sync, Write


@pytest.mark.parametrize(("num_records", "crashed"), [(3, False), (1, True)])
def test_no_tub_that_a_power_cut_may_leave_is_spoilt(folder, num_records, crashed):
    left = list(power_cuts(folder, num_records, crashed=crashed))
    assert len(left) > 50
    assert [found for _, outcome, work in left if (found := faults(outcome, work, None))] == []


@pytest.mark.parametrize("forgotten", ["sync_files", "sync_data", "sync", "sync_directory"])
def test_a_recorder_that_forgot_one_of_its_calls_would_be_found_out(folder, monkeypatch, forgotten):
    """Without one of them the tub is spoilt in some outcome, so that the test above can fail."""
    monkeypatch.setattr(LoggedDisk, forgotten, lambda self, *words: None)
    left = power_cuts(folder, 4)
    assert any(faults(outcome, work, None) for _, outcome, work in left)


def test_the_model_knows_every_order_and_every_loss():
    one, two = Inode(), Inode()
    disk = Disk({}, {})
    for event in (Name("a", one), Write(one, 0, b"12"), Sync(inode=one), Sync(folder=".")):
        disk.step(event)
    assert [each.files for each in disk.outcomes(3)] == [{"a": b"12"}], (
        "what was synchronised is there"
    )
    for event in (Name("b", two), Write(two, 0, b"34"), Name("a", two, gone="b")):
        disk.step(event)
    left = {tuple(sorted(each.files.items())) for each in disk.outcomes(3)}
    junk = random.Random(2).randbytes(2)
    assert left == {
        (("a", b"12"),),
        (("a", b"12"), ("b", b"34")),
        (("a", b"12"), ("b", b"")),
        (("a", b"12"), ("b", b"3")),
        (("a", b"12"), ("b", b"\0\0")),
        (("a", b"12"), ("b", junk)),
        (("a", b"34"),),
        (("a", b""),),
        (("a", b"3"),),
        (("a", b"\0\0"),),
        (("a", junk),),
        # The new name came before the file had its first one.
        (("a", b"34"), ("b", b"34")),
        (("a", b""), ("b", b"")),
        (("a", b"3"), ("b", b"3")),
        (("a", b"\0\0"), ("b", b"\0\0")),
        (("a", junk), ("b", junk)),
    }


def test_without_root_the_power_cut_says_so_in_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert power_cut.main(["ext4"]) == power_cut.NOT_HERE
    [line] = capsys.readouterr().out.splitlines()
    assert line == "ext4: left out, because it takes root to mount a disk: run this with sudo"


def test_a_disk_that_nobody_can_make_is_left_out(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setenv("PATH", "")
    assert why_not(KINDS["f2fs"]) == "mkfs.f2fs is not installed"
