"""An update keeps what the owner changed, shows what it would do, and can be taken back."""

import os
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donkeycar.errors import ConfigError
from donkeycar.management.cli import main
from donkeycar.management.createcar import create_car
from donkeycar.management.update import kept
from donkeycar.management.update.merge import merge

NEW = resources.files("donkeycar.templates").joinpath("manage.py").read_text(encoding="utf-8")
LINES = NEW.splitlines(keepends=True)
# A line of the template that stands alone: an older version had another one there.
PLACE = next(number for number, line in enumerate(LINES) if "add_recorder" in line)


@pytest.fixture(autouse=True)
def no_port_from_outside(monkeypatch):
    monkeypatch.delenv("WEB_CONTROL_PORT", raising=False)


def older(*, line="    # an older comment\n"):
    """The manage.py of an earlier version: one line more, before the recorder."""
    return "".join([*LINES[:PLACE], line, *LINES[PLACE:]])


@pytest.fixture
def car(tmp_path):
    """A car of an earlier version, untouched by its owner."""
    folder = tmp_path / "car"
    create_car(folder)
    (folder / "manage.py").write_text(older(), encoding="utf-8")
    kept.remember_template(folder, older())
    return folder


def manage(car):
    return (car / "manage.py").read_text(encoding="utf-8")


def files(car):
    return {path.name: path.read_bytes() for path in car.iterdir() if path.is_file()}


def update(car, *words):
    return main(["update", "--path", str(car), *words])


def test_a_new_car_remembers_its_template(tmp_path):
    create_car(tmp_path)
    assert kept.template_of(tmp_path) == NEW


def test_the_owners_lines_stay_and_the_new_version_comes(car, capsys):
    own = older().replace(LINES[-1], LINES[-1] + "# mine, at the end\n")
    (car / "manage.py").write_text(own, encoding="utf-8")
    assert update(car) == 0
    assert manage(car) == NEW + "# mine, at the end\n"
    assert "merged: your changes and those of the new version" in capsys.readouterr().out
    assert kept.template_of(car) == NEW
    assert (car / "manage.py").stat().st_mode & 0o100


def test_a_second_update_keeps_them_too(car):
    (car / "manage.py").write_text(older() + "# mine, at the end\n", encoding="utf-8")
    update(car)
    before = files(car)
    assert update(car) == 0
    assert manage(car) == NEW + "# mine, at the end\n"
    assert files(car) == before


def test_an_untouched_manage_py_becomes_the_new_one(car):
    assert update(car) == 0
    assert manage(car) == NEW


def test_lines_that_both_changed_are_the_owners_to_decide(car, capsys):
    (car / "manage.py").write_text(older(line="    # my own comment\n"), encoding="utf-8")
    before = files(car)
    assert update(car) == 1
    error = capsys.readouterr().err
    assert f"Received: 1 such places, from line {PLACE + 1} on" in error
    assert files(car) == before
    assert update(car, "--dry-run") == 0
    assert "yours:     # my own comment" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "text"), [("mine", older(line="    # my own comment\n")), ("new", NEW)]
)
def test_they_choose_one_of_the_two(car, word, text):
    (car / "manage.py").write_text(older(line="    # my own comment\n"), encoding="utf-8")
    assert update(car, "--take", word) == 0
    assert manage(car) == text
    assert kept.template_of(car) == NEW, "the same conflict does not come back"
    assert update(car) == 0
    assert manage(car) == text


def test_a_merge_that_is_no_program_is_not_written(car, capsys):
    (car / "manage.py").write_text(older() + "def horn(:\n", encoding="utf-8")
    assert update(car) == 1
    assert manage(car).endswith("def horn(:\n")


def test_a_dry_run_shows_everything_and_changes_nothing(car, capsys):
    (car / "config.py").write_text("IMAGE_W = 200\n")
    before = {path: path.read_bytes() for path in car.rglob("*") if path.is_file()}
    assert update(car, "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "  -    # an older comment" in shown
    assert "myconfig.py: gets IMAGE_W = 200" in shown
    assert {path: path.read_bytes() for path in car.rglob("*") if path.is_file()} == before


def test_an_update_is_taken_back(car, capsys):
    (car / "config.py").write_text("IMAGE_W = 200\n")
    before = files(car)
    update(car)
    assert files(car) != before
    assert update(car, "--undo") == 0
    assert {name: files(car)[name] for name in before} == before
    assert kept.template_of(car) == older()
    assert update(car, "--undo") == 1
    assert "There must be an update that can be undone" in capsys.readouterr().err


def test_an_update_that_changes_nothing_leaves_the_last_one_to_be_taken_back(car):
    """The second update replaced what --undo puts back by files that were new already."""
    update(car)
    assert update(car) == 0
    assert update(car, "--undo") == 0
    assert manage(car) == older()


def test_without_an_update_there_is_nothing_to_take_back(tmp_path, capsys):
    """It said "The last update is undone", though none had changed anything."""
    create_car(tmp_path)
    assert update(tmp_path) == 0
    assert update(tmp_path, "--undo") == 1
    assert "There must be an update that can be undone" in capsys.readouterr().err


def test_what_was_changed_since_the_update_is_kept_beside(car, capsys):
    update(car)
    (car / "myconfig.py").write_text("IMAGE_H = 200\n")
    (car / "manage.py").write_text(NEW + "# since\n", encoding="utf-8")
    assert update(car, "--undo") == 0
    assert manage(car) == older()
    copies = [path.read_text(encoding="utf-8") for path in car.glob("*.bak*")]
    assert NEW + "# since\n" in copies and "IMAGE_H = 200\n" in copies


def test_an_interrupted_update_is_taken_back(car):
    kept.keep_for_undo(car)
    (car / "manage.py").write_text("half", encoding="utf-8")
    kept.undo(car)
    assert manage(car) == older()


def linked(place):
    place.unlink()
    place.symlink_to("/etc/hostname")


def piped(place):
    place.unlink()
    os.mkfifo(place)


@pytest.mark.parametrize(
    "damage", [lambda place: place.unlink(), lambda place: place.write_text("hi"), linked, piped]
)
def test_what_an_update_did_not_keep_is_not_put_back(car, damage, capsys):
    """It said "The last update is undone", and manage.py was "hi", a stranger's, or gone."""
    update(car)
    damage(car / kept.UNDO / "manage.py")
    before = files(car)
    assert update(car, "--undo") == 1
    assert "What an update kept must be as it was" in capsys.readouterr().err
    assert files(car) == before
    assert (car / kept.UNDO).is_dir()


def test_what_an_earlier_version_kept_replaces_nothing_without_a_copy(car):
    """It noted no digests of what it kept."""
    update(car)
    (car / kept.UNDO / kept.BEFORE).unlink()
    new = manage(car)
    assert update(car, "--undo") == 0
    assert manage(car) == older()
    assert new in [path.read_text(encoding="utf-8") for path in car.glob("manage.py.bak*")]


def test_a_full_disk_changes_nothing(car, monkeypatch):
    before = files(car)

    def full(*words, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copy2", full)
    assert update(car) == 1
    assert files(car) == before


def test_a_car_whose_template_nobody_kept_gets_the_new_one(car, capsys):
    (car / kept.TEMPLATE).unlink()
    assert update(car) == 0
    assert manage(car) == NEW
    assert (car / "manage.py.bak1").read_text(encoding="utf-8") == older()
    assert "replaced, because nobody kept its template" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
def test_a_pipe_in_place_of_a_file_holds_no_update_for_ever(car, capsys):
    (car / kept.TEMPLATE).unlink()
    os.mkfifo(car / kept.TEMPLATE)
    (car / "myconfig.py").unlink()
    os.mkfifo(car / "myconfig.py")
    assert update(car) == 1
    assert "myconfig.py must be an ordinary file" in capsys.readouterr().err
    assert kept.template_of(car) is None


def test_a_folder_that_is_no_car_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="is not a car"):
        from donkeycar.management.update.update import plan_update

        plan_update(tmp_path)


# The merge itself.

BASE = "a\nb\nc\nd\ne\n"


@pytest.mark.parametrize(
    ("mine", "theirs", "text"),
    [
        (BASE, BASE, BASE),
        ("A\nb\nc\nd\ne\n", BASE, "A\nb\nc\nd\ne\n"),
        (BASE, "a\nb\nc\nd\nE\n", "a\nb\nc\nd\nE\n"),
        ("A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", "A\nb\nc\nd\nE\n"),
        ("a\nb\nc\nd\ne\nf\n", "a\nc\nd\ne\n", "a\nc\nd\ne\nf\n"),
        ("a\nc\nd\ne\n", "a\nc\nd\ne\n", "a\nc\nd\ne\n"),
        ("a\nb\nX\nc\nd\ne\n", "a\nb\nc\nd\nY\ne\n", "a\nb\nX\nc\nd\nY\ne\n"),
        ("", "", ""),
        ("a\nb\nc\nd\ne", BASE, "a\nb\nc\nd\ne"),
    ],
)
def test_changes_in_different_places_fit(mine, theirs, text):
    merged = merge(BASE, mine, theirs)
    assert merged == (text, [])


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("a\nX\nc\nd\ne\n", "a\nY\nc\nd\ne\n"),
        ("a\nc\nd\ne\n", "a\nY\nc\nd\ne\n"),
        ("a\nb\nc\nd\ne\nX\n", "a\nb\nc\nd\ne\nY\n"),
        # Next to each other: nobody can tell in which order.
        ("a\nX\nc\nd\ne\n", "a\nb\nY\nd\ne\n"),
    ],
)
def test_changes_in_the_same_place_are_a_conflict_with_the_owners_lines(mine, theirs):
    merged = merge(BASE, mine, theirs)
    assert len(merged.conflicts) == 1
    assert merged.text == mine


TEXTS = st.lists(st.sampled_from("abc"), max_size=8).map(
    lambda words: "".join(f"{w}\n" for w in words)
)


@given(TEXTS, TEXTS)
def test_what_only_one_changed_comes_whole(base, other):
    assert merge(base, other, base) == (other, [])
    assert merge(base, base, other) == (other, [])
    assert merge(base, other, other) == (other, [])


@given(TEXTS, TEXTS, TEXTS)
def test_without_a_conflict_every_added_line_is_there(base, mine, theirs):
    merged = merge(base, mine, theirs)
    if not merged.conflicts:
        swapped = merge(base, theirs, mine)
        assert swapped == (merged.text, [])
