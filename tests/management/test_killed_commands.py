"""What a killed `donkey tub` command leaves is removed by the next, and never a living one's.

Drafts of such commands used to stay for good, under names that nobody knew. Each row of the tables
of actions, exports and imports is killed here, with no chance to clean up.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile

import numpy as np
import pytest

from donkeycar.formats.exporting import table as exports
from donkeycar.formats.importing import table as imports
from donkeycar.management.cli import main
from donkeycar.management.tub.tub import ACTIONS
from donkeycar.tub import TubReader, TubWriter

# The command gets a signal right before what it made takes its name.
AT_THE_END = """
import os, signal, sys
target, name = sys.argv[1:3]
def look(event, args):
    if event == "os.rename" and os.path.realpath(os.fsdecode(args[1])) == target:
        os.kill(os.getpid(), signal.Signals[name])
sys.addaudithook(look)
from donkeycar.management.cli import main
sys.exit(main(sys.argv[3:]))
"""
# Words of each action that makes something new; `{tub}` is read, and `{out}` is made.
MAKING = {
    "copy": "copy {tub} --out {out}",
    "copy of some records": "copy {tub} --out {out} --records 0-2",
    "split": "split {tub} --out {out} --every 3",
    "merge": "merge {tub} --out {out}",
    "convert": "convert {tub} --out {out} --size 32x24",
    "stats": "stats {tub} --plot {out}.png",
    "suggest": "suggest {tub} --out {out}.json",
    "fit": "fit {tub} --out {out}.json --fill user/angle=mean",
}
# These change a tub in its place (`donkeycar.tub.filesystem`; benchmarks/tub/tub_actions.py kills
# them), or write nothing.
IN_PLACE, NOTHING = {"repair", "delete", "restore", "tag"}, {"info", "check", "report"}
# It needs a pilot, and writes its file as "suggest" does.
AS_SUGGEST = {"answers"}
ROWS = {
    **{f"export --to {to}": f"export {{tub}} --to {to} --out {{out}}{row.ending}"
       for to, row in exports.FORMATS.items()},
    **{f"import --from {word}": f"import {{{word}}} --from {word} --out {{out}}"
       for word in imports.FORMATS},
}  # fmt: skip
CASES = MAKING | ROWS


def test_every_action_is_here():
    actions = {words.split()[0] for words in CASES.values()}
    assert actions | IN_PLACE | NOTHING | AS_SUGGEST == set(ACTIONS)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A recording of each format that can be imported; "tub" is ours."""
    folder = tmp_path_factory.mktemp("sources")
    columns = {"cam/image_array": "image_array", "user/angle": "float", "user/throttle": "float"}
    with TubWriter(folder / "tub", list(columns), list(columns.values())) as tub:
        for number in range(8):
            values = (np.full((48, 64, 3), 20 * number, np.uint8), number / 10, 0.3)
            tub.append(dict(zip(columns, values, strict=True)), timestamp_ms=10**12 + 50 * number)
    made = {"tub": folder / "tub"}
    for word, to, more in (("lerobot", "lerobot", []), ("csv", "csv", ["--images"])):
        made[word] = folder / word
        words = ["tub", "export", str(made["tub"]), "--to", to, "--out", str(made[word]), *more]
        assert main(words) == 0
    made["udacity"] = folder / "udacity"
    shutil.copytree(folder / "tub" / "images", made["udacity"] / "IMG")
    lines = [f"IMG/{number}_cam_image_array_.jpg,,,0.1,0.3,0,1\n" for number in range(8)]
    (made["udacity"] / "driving_log.csv").write_text("".join(lines))
    assert set(made) == set(imports.FORMATS), "a recording of the new format"
    return made


def begin(words, target, name):
    return subprocess.Popen(
        [sys.executable, "-c", AT_THE_END, os.path.realpath(target), name, "tub", *words],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def drafts_in(folder):
    return sorted(path for path in folder.iterdir() if path.name.startswith("."))


@pytest.mark.parametrize("case", CASES)
def test_what_a_killed_command_left_is_removed_by_the_next(
    case, sources, tmp_path, monkeypatch, capsys
):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    home = tmp_path / "home"
    home.mkdir()
    words = CASES[case].format(out=home / "new", **sources).split()
    (target,) = (word for word in words if word.startswith(str(home)))
    killed = begin(words, target, "SIGKILL")
    _, said = killed.communicate(timeout=100)
    assert killed.returncode == -signal.SIGKILL, said
    (draft,) = drafts_in(home)
    age = (1_700_000_000, 1_700_000_000)
    os.utime(draft, age)  # a single small file has no lock: its age tells
    capsys.readouterr()
    assert main(["tub", *words]) == 0
    printed = capsys.readouterr()
    assert f"removed {draft}, which a run that was killed had left" in printed.out + printed.err
    assert [str(path) for path in home.iterdir()] == [target]
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    "words", ["convert {tub} --out {out}", "export {tub} --to csv --out {out}.csv"]
)
def test_the_draft_of_a_command_that_runs_stays(words, sources, tmp_path):
    words = words.format(out=tmp_path / "new", **sources).split()
    target = words[-1]
    first = begin(words, target, "SIGSTOP")
    os.waitid(os.P_PID, first.pid, os.WSTOPPED | os.WNOWAIT)
    (draft,) = drafts_in(tmp_path)
    assert main(["tub", *words]) == 0
    assert draft.exists(), "its command is not dead"
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=100)
    assert drafts_in(tmp_path) == []


def test_an_earlier_export_that_was_moved_away_comes_back(sources, tmp_path, capsys):
    """The command was killed between the two renames that replace a folder."""
    out = tmp_path / "new"
    words = ["export", str(sources["tub"]), "--to", "webdataset", "--out", str(out)]
    assert main(["tub", *words]) == 0
    before = (out / "000000.tar").read_bytes()
    killed = begin([*words, "--overwrite"], out, "SIGKILL")
    assert killed.wait() == -signal.SIGKILL
    killed.stderr.close()
    assert not out.exists()
    # Without --overwrite: what was there is there again, so nothing is written over it.
    assert main(["tub", *words]) == 1
    assert "holds an export. Choose another name" in capsys.readouterr().err
    assert (out / "000000.tar").read_bytes() == before
    assert TubReader(sources["tub"]).manifest.problems == []
