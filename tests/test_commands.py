"""Commands that are printed for people: each works in a shell that knows nothing of this one."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from donkeycar import commands
from donkeycar.management.cli import main
from donkeycar.tub import TubWriter

ROOT = Path(commands.__file__).parents[1]
SOURCES = [
    *(ROOT / "donkeycar").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"
]  # fmt: skip


def in_a_fresh_shell(command, folder, **variables):
    """Run what was printed as a new terminal would: no environment is active there."""
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(folder), **variables}
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd="/", env=bare, capture_output=True, text=True, timeout=60
    )


def next_step(printed):
    [line] = [line for line in printed.splitlines() if "Next: " in line]
    return line.partition("Next: ")[2]


def installed(folder, direct_url=None):
    """Ask a copy that pip installed what its extra is called."""
    (folder / "donkeycar").mkdir()
    for name in ("__init__.py", "commands.py", "gone.py"):
        shutil.copy(ROOT / "donkeycar" / name, folder / "donkeycar")
    about = folder / "donkeycar-6.0.1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: donkeycar\nVersion: 6.0.1\n")
    if direct_url is not None:
        (about / "direct_url.json").write_text(json.dumps(direct_url))
    lines = "from donkeycar import commands; print(commands.requirement('train'))"
    done = subprocess.run(
        [sys.executable, "-P", "-S", "-c", lines], cwd="/", capture_output=True, text=True,
        env={"PYTHONPATH": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_checkout_names_its_folder_and_this_python():
    # It said: pip install 'donkeycar[train]', which is donkeycar 5 until 6.0 is released.
    assert commands.requirement("train") == f"{ROOT}[train]"
    assert shlex.split(commands.install_extra("train")) == [
        sys.executable, "-m", "pip", "install", f"{ROOT}[train]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("direct_url", "requirement"),
    [
        (None, "donkeycar[train]==6.0.1"),
        ({"url": "https://a.b/d.whl", "archive_info": {}}, "donkeycar[train] @ https://a.b/d.whl"),
        (
            {"url": "https://a.b/d", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}},
            "donkeycar[train] @ git+https://a.b/d@c0ffee",
        ),
        ({"url": "file:///gone/donkeycar", "dir_info": {}}, "path/to/donkeycar[train]"),
    ],
    ids=["index", "archive", "repository", "folder that is gone"],
)
def test_an_installed_copy_names_where_it_came_from(tmp_path, direct_url, requirement):
    assert installed(tmp_path, direct_url) == requirement


def test_an_installed_copy_names_the_folder_it_came_from(tmp_path):
    source = tmp_path / "my downloads"
    source.mkdir()
    site = tmp_path / "site"
    site.mkdir()
    assert installed(site, {"url": source.as_uri(), "dir_info": {}}) == f"{source}[train]"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_tells_people_to_install_another_product(path):
    if path.name == "commands.py":
        return
    text = path.read_text(encoding="utf-8")
    assert "pip install donkeycar" not in text.replace("Not `pip install donkeycar` yet", "")
    assert "pip install 'donkeycar" not in text
    if path.suffix == ".py" and "donkeycar/training/epochs/event_log" not in path.as_posix():
        assert "pip install " not in text, "say it with donkeycar.commands"


def test_the_way_on_from_a_new_car_works_in_a_fresh_shell(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["createcar", "--path", "my car", "--template", "sim"]) == 0
    done = in_a_fresh_shell(
        next_step(capsys.readouterr().out), tmp_path,
        DONKEY_MAX_LOOPS="3", WEB_CONTROL_PORT="0", PYTHONPATH=str(ROOT),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "/pair#" in done.stdout


def test_the_way_on_from_a_damaged_tub_works_in_a_fresh_shell(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with TubWriter(Path("my tub"), ["user/angle"], ["float"]) as tub:
        tub.append({"user/angle": 0.5})
    [catalog] = Path("my tub").glob("*.catalog")
    with catalog.open("a") as file:
        file.write('{"_index": 1, "user/an')
    assert main(["tub", "check", "my tub"]) == 1
    done = in_a_fresh_shell(next_step(capsys.readouterr().out), tmp_path, PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr


def test_a_pilot_made_where_no_car_is_says_where_it_drives(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = commands.drive(Path("models/pilot.keras"))
    assert said.endswith("there: python manage.py drive --model models/pilot.keras")
    assert "copy models/pilot.keras" in said


def test_a_pilot_in_a_car_is_named_from_there(tmp_path, monkeypatch):
    (tmp_path / "manage.py").touch()
    monkeypatch.chdir(tmp_path)
    inside, outside = Path("models/pilot.keras"), Path("../elsewhere/pilot.keras")
    start = f"cd {shlex.quote(str(tmp_path))} && {shlex.quote(sys.executable)} manage.py drive"
    assert commands.drive(inside) == f"{start} --model models/pilot.keras"
    assert os.path.isabs(shlex.split(commands.drive(outside))[-1])
