"""Tubs that were made to harm, or have lain on a bad card: nobody reads or writes outside them."""

import contextlib
import json
import random
import shutil
import time

import pytest

from benchmarks.tub.tub_faults import INPUTS, TYPES
from donkeycar.errors import DeviceError, TubError
from donkeycar.management.cli import main
from donkeycar.tub import TubReader, TubWriter, check, repair

SECRET = b"BEGIN PRIVATE KEY " * 30


@pytest.fixture
def secret(folder):
    path = folder / "secret"
    path.write_bytes(SECRET)
    yield path
    assert path.read_bytes() == SECRET, "it was written through a link"


def everything(tub):
    return b"".join(f.read_bytes() for f in tub.rglob("*") if f.is_file() and not f.is_symlink())


def test_recovered_does_not_lead_out(make_tub, folder, record):
    """What a repair set aside used to be written where the link leads."""
    tub = make_tub(12)
    (folder / "home").mkdir()
    (tub / "recovered").symlink_to(folder / "home")
    with (tub / "catalog_2.catalog").open("ab") as file:
        file.write(b"{torn")
    assert check(tub).next_steps == [f"move {tub}/recovered away"]
    with pytest.raises(TubError, match="Next step: move it away"):
        repair(tub)
    with pytest.raises(TubError, match="Next step: move it away"):
        TubWriter(tub, INPUTS, TYPES)
    assert list((folder / "home").iterdir()) == []
    (tub / "recovered").unlink()
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.append(record())
    assert len(TubReader(tub)) == 13


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json", "catalog_0.catalog", "catalog_1.catalog", "catalog_2.catalog",
        "catalog_2.catalog_manifest", ".manifest.json.tmp", ".catalog_2.catalog.tmp",
        "images/3_cam_image_array_.jpg", "images/12_cam_image_array_.jpg", "catalog_3.catalog",
        "catalog_3.catalog_manifest",
    ],
)  # fmt: skip
def test_a_private_file_behind_a_link_is_neither_copied_nor_written(
    make_tub, secret, record, name, capsys
):
    """A catalog that is a link used to be copied into `recovered/`, line by line."""
    tub = make_tub(12)
    (tub / name).unlink(missing_ok=True)
    (tub / name).symlink_to(secret)
    for action in ("check", "report"):
        main(["tub", action, str(tub)])
    for change in (lambda: repair(tub), lambda: TubWriter(tub, INPUTS, TYPES).close()):
        with contextlib.suppress(TubError):
            change()
    with contextlib.suppress(TubError), TubWriter(tub, INPUTS, TYPES) as writer:
        for _ in range(5):
            writer.append(record())
    assert b"PRIVATE KEY" not in everything(tub)
    said = capsys.readouterr()
    assert "PRIVATE KEY" not in said.out + said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("name", ["record_2.json", "meta.json", "exclude.json", "1_x_.jpg"])
def test_a_v1_tub_leads_nowhere_either(folder, secret, name, capsys):
    tub = folder / "v1"
    tub.mkdir()
    for number in (1, 2):
        (tub / f"record_{number}.json").write_text('{"cam/image_array": "1_x_.jpg"}')
    secret.write_text(json.dumps({"private": "PRIVATE KEY"}))
    (tub / name).unlink(missing_ok=True)
    (tub / name).symlink_to(secret)
    reader = TubReader(tub)
    assert "PRIVATE" not in repr(reader.records()) + repr(reader.manifest)
    assert main(["tub", "check", str(tub)]) == 1
    assert "a link to outside" in capsys.readouterr().out
    secret.write_bytes(SECRET)


@pytest.mark.parametrize("name", ["images/3_cam_image_array_.jpg", "catalog_1.catalog"])
def test_a_link_to_itself_is_one_sentence(make_tub, name, capsys):
    """It used to be a traceback."""
    tub = make_tub(12)
    (tub / name).unlink()
    (tub / name).symlink_to((tub / name).name)
    assert main(["tub", "check", str(tub)]) == 1
    said = capsys.readouterr()
    assert "is a link to itself. Next step: remove it" in said.out
    assert "Traceback" not in said.err
    assert main(["tub", "repair", str(tub)]) == 0
    assert main(["tub", "check", str(tub)]) == 0


@pytest.mark.parametrize("target", ["images", "elsewhere"])
def test_a_folder_of_images_that_is_a_link_is_one_sentence(make_tub, folder, target, capsys):
    tub = make_tub(12)
    (tub / "images").rename(folder / "elsewhere")
    (tub / "images").symlink_to("images" if target == "images" else folder / "elsewhere")
    for action in ("check", "repair"):
        assert main(["tub", action, str(tub)]) == 1
        assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(TubError, match="Next step"):
        TubWriter(tub, INPUTS, TYPES)


def test_an_image_may_be_a_link_inside_its_tub(make_tub):
    tub = make_tub(3)
    (tub / "images" / "1_cam_image_array_.jpg").unlink()
    (tub / "images" / "1_cam_image_array_.jpg").symlink_to("0_cam_image_array_.jpg")
    assert check(tub).problems == []


def test_an_owner_keeps_his_tub_on_another_disk(make_tub, folder, record):
    tub = make_tub(12, path=folder / "ssd" / "data")
    link = folder / "data"
    link.symlink_to(tub)
    with (tub / "catalog_2.catalog").open("ab") as file:
        file.write(b"{torn")
    assert repair(link)
    with TubWriter(link, INPUTS, TYPES) as writer:
        writer.append(record())
    assert len(TubReader(link)) == 13
    assert check(link).problems == []


def test_a_disk_that_is_not_connected_is_said(folder):
    (folder / "data").symlink_to(folder / "ssd")
    with pytest.raises(DeviceError, match="a link to nothing. Next step: .*connect the disk"):
        TubWriter(folder / "data", INPUTS, TYPES)


def test_a_hundred_thousand_catalogs_are_looked_at_once_each(make_tub, record):
    """It used to take half a minute: each was looked for among all others."""
    tub = make_tub(12)
    lines = (tub / "manifest.json").read_text().splitlines()
    names = [f"catalog_{number}.catalog" for number in range(100_000)]
    lines[4] = json.dumps({"paths": names, "current_index": 12, "deleted_indexes": []})
    (tub / "manifest.json").write_text("\n".join(lines) + "\n")
    start_s = time.process_time()
    assert len(TubReader(tub)) == 12
    assert len(check(tub).problems) == 99_997
    with TubWriter(tub, INPUTS, TYPES) as writer:
        assert len(writer.notes) == 1
        writer.append(record())
    assert time.process_time() - start_s < 5
    assert len(TubReader(tub)) == 13


def test_a_tub_that_is_full_refuses_instead_of_losing_what_comes(make_tub):
    tub = make_tub(2)
    (tub / "catalog_0.catalog").rename(tub / "catalog_999999999.catalog")
    with pytest.raises(TubError, match="is full"):
        TubWriter(tub, INPUTS, TYPES)


def test_no_record_is_deleted_before_it_is_there(make_tub, record):
    """The last catalog is lost, and its records were deleted: their indexes are given again."""
    tub = make_tub(12)
    with TubWriter(tub, INPUTS, TYPES) as writer:
        writer.delete([3, 10, 11])
    (tub / "catalog_2.catalog").write_bytes(bytes(300))
    with TubWriter(tub, INPUTS, TYPES) as writer:
        assert writer.append(record()) == 10
        writer.flush()
        assert writer.durable_count == 10
    assert [one["_index"] for one in TubReader(tub)] == [0, 1, 2, *range(4, 11)]


# Worn cards.


def flipped(data, bit):
    data = bytearray(data)
    data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


def test_no_flipped_bit_in_a_type_ends_the_recording(make_tub, folder, record):
    """A column whose type is none took no more records, and neither did the tub."""
    tub = make_tub(3)
    manifest = (tub / "manifest.json").read_bytes()
    inputs, types, *rest = manifest.splitlines(keepends=True)
    for bit in range(8 * len(types)):
        copy = shutil.copytree(tub, folder / "copy")
        (copy / "manifest.json").write_bytes(b"".join((inputs, flipped(types, bit), *rest)))
        with TubWriter(copy, INPUTS, TYPES) as writer:
            writer.append(record())
        reader = TubReader(copy)
        assert [reader.image(one).shape for one in reader] == [(12, 16, 3)] * 4
        assert dict(zip(INPUTS, TYPES, strict=True)).items() <= reader.manifest.input_types.items()
        shutil.rmtree(copy)


@pytest.mark.parametrize("name", ["manifest.json", "catalog_0.catalog"])
def test_a_flipped_bit_costs_one_record_at_most_and_never_the_recording(
    make_tub, folder, record, name
):
    tub = make_tub(3)
    data = (tub / name).read_bytes()
    for bit in random.Random(name).sample(range(8 * len(data)), 150):
        copy = shutil.copytree(tub, folder / "copy")
        (copy / name).write_bytes(flipped(data, bit))
        with TubWriter(copy, INPUTS, TYPES) as writer:
            new = writer.append(record())
        indexes = [one["_index"] for one in TubReader(copy)]
        assert new in indexes
        assert len(indexes) >= 3
        shutil.rmtree(copy)


def test_a_lost_manifest_is_guessed_and_the_declared_types_count(folder):
    inputs, types = ["n", "v", "x"], ["int", "vector", "float"]
    with TubWriter(folder / "tub", inputs, types) as writer:
        writer.append({"n": 1, "v": [1, 2], "x": 0.5})
    (folder / "tub" / "manifest.json").unlink()
    repair(folder / "tub")
    with TubWriter(folder / "tub", inputs, types) as writer:
        writer.append({"n": 2, "v": [3, 4], "x": 1.5})
    assert TubReader(folder / "tub").manifest.input_types == dict(zip(inputs, types, strict=True))


def test_the_first_value_of_a_lost_column_does_not_decide(folder):
    with TubWriter(folder / "tub", ["where"], ["str"]) as writer:
        for where in ("x_.jpg", "bend", "straight"):
            writer.append({"where": where})
    (folder / "tub" / "manifest.json").unlink()
    repair(folder / "tub")
    assert TubReader(folder / "tub").manifest.input_types == {"where": "str"}
