"""Archives as people share them, and archives that mean harm."""

import gzip
import io
import json
import stat
import struct
import tarfile
import zipfile

import pytest

from donkeycar.formats.archive import unpack as module

META = {"inputs": ["cam/image_array", "user/angle"], "types": ["image_array", "float"]}
RECORD = {"cam/image_array": "0_cam-image_array_.jpg", "user/angle": 0.5, "user/throttle": 0.25}


@pytest.fixture
def files(picture):
    """The files of a small tub of format v1."""
    return {
        "tub/meta.json": json.dumps(META).encode(),
        "tub/record_0.json": json.dumps(RECORD).encode(),
        "tub/0_cam-image_array_.jpg": picture(),
    }


def zip_of(files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tar_of(files, *members, compressed=True):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz" if compressed else "w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for member in members:
            tar.addfile(member)
    return buffer.getvalue()


def member(name, kind, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def zip_with_mode(mode, name="tub/link.json", data=b"/etc/passwd"):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return {info: data}


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("around", ["", "./", "car/data/", "./car/data/"])
def test_a_tar_of_a_tub(tmp_path, files, imported, compressed, around):
    path = tmp_path / ("t.tar.gz" if compressed else "t.tar")
    path.write_bytes(tar_of({around + n: d for n, d in files.items()}, compressed=compressed))
    assert [record["user/angle"] for record in imported(path)] == [0.5]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "catalog_0.catalog", "catalog_0.catalog_manifest", "images", "manifest.json",
    ]  # fmt: skip


@pytest.mark.parametrize("separator", ["/", "\\"])
@pytest.mark.parametrize("depth", ["tub/", "", "car/data/tub/"])
def test_a_zip_of_a_tub_as_systems_make_it(tmp_path, files, imported, depth, separator, capsys):
    inner = {depth + name.removeprefix("tub/"): data for name, data in files.items()}
    inner |= {"__MACOSX/._meta.json": b"\0\5", depth + ".DS_Store": b"\0", "run.py": b"exec()"}
    inner = {name.replace("/", separator): data for name, data in inner.items()}
    path = tmp_path / "their tub.zip"
    path.write_bytes(zip_of(inner))
    assert len(imported(path)) == 1
    assert "3 other files in it not used" in capsys.readouterr().err
    metadata = json.loads((tmp_path / "out/manifest.json").read_text().splitlines()[2])
    assert metadata == {"imported_from": f"tub: {'tub' if depth else 'their tub'}"}


def test_several_tubs_become_a_folder_of_tubs(tmp_path, files, imported, capsys):
    inner = {name.replace("tub", f"tub_{n}"): d for n in (1, 2) for name, d in files.items()}
    path = tmp_path / "t.zip"
    path.write_bytes(zip_of(inner))
    from donkeycar.management.cli import main

    assert main(["tub", "import", str(path), "--out", str(tmp_path / "all"), "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    assert [one["path"] for one in answers] == [
        str(tmp_path / "all" / "tub_1"), str(tmp_path / "all" / "tub_2"),
    ]  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "all").iterdir()) == ["tub_1", "tub_2"]


def long_header(size):
    """A tar whose first header says that a name of so many bytes follows."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, size
    return info.tobuf(tarfile.GNU_FORMAT)


def below_zero():
    """A size below 0, as tar(5) writes it in base 256; Python once counted backwards for ever."""
    header = bytearray(tarfile.TarInfo("tub/meta.json").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + b"\xfe\x00"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def with_end_record(data, size):
    """A zip whose list of contents says to have a size."""
    end = data.rfind(b"PK\x05\x06")
    return data[: end + 12] + struct.pack("<I", size) + data[end + 16 :]


def encrypted(data):
    """The flag of encryption, in the list of contents and in the header of each file."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = changed.find(mark)
        while place >= 0:
            changed[place + offset] |= 1
            place = changed.find(mark, place + 4)
    return bytes(changed)


def with_other_checksum(data):
    """As if a bit had flipped: what used to happen is that nobody looked behind the last file."""
    return data[:-8] + bytes([data[-8] ^ 1]) + data[-7:]


def zip_bomb():
    return zip_of({"tub/meta.json": bytes(90 << 20)})


def lying_zip(files):
    """A file that says to be 3 bytes and holds more."""
    data = bytearray(zip_of({"tub/meta.json": bytes(1 << 20)}))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", data, data.find(mark) + offset, 3)
    return bytes(data)


def before_itself(files):
    """A list of contents that begins earlier than the file does: so does each member, then."""
    data = bytearray(zip_of(files))
    end = data.rfind(b"PK\x05\x06")
    (start,) = struct.unpack_from("<I", data, end + 16)
    struct.pack_into("<I", data, end + 16, start + 500)
    return bytes(data)


HOSTILE = {
    "zip leads out": lambda f: zip_of({**f, "../evil.json": b"x"}),
    "zip leads out inside": lambda f: zip_of({**f, "tub/../../evil.json": b"x"}),
    "zip is absolute": lambda f: zip_of({**f, "/tmp/evil.json": b"x"}),
    "zip has a drive": lambda f: zip_of({**f, "C:/evil.json": b"x"}),
    "zip leads out with backslashes": lambda f: zip_of({**f, "..\\..\\evil.json": b"x"}),
    "zip has a share of Windows": lambda f: zip_of({**f, "\\\\host\\share\\evil.json": b"x"}),
    "zip has a link": lambda f: zip_of(f | zip_with_mode(stat.S_IFLNK | 0o777)),
    "zip has a device": lambda f: zip_of(f | zip_with_mode(stat.S_IFCHR | 0o666)),
    "zip has a pipe": lambda f: zip_of(f | zip_with_mode(stat.S_IFIFO | 0o666)),
    "zip has names that differ in case": lambda f: zip_of({**f, "TUB/META.json": b"{}"}),
    "zip has a file as a folder": lambda f: zip_of({**f, "tub/meta.json/x.json": b"{}"}),
    "zip has a folder as a file": lambda f: zip_of({**f, "tub": b"{}"}),
    "zip has a control character": lambda f: zip_of({**f, "tub/\x1b[2J.json": b"{}"}),
    "zip has a device of Windows": lambda f: zip_of({**f, "tub/nul.json": b"{}"}),
    "zip has an endless name": lambda f: zip_of({**f, "tub/" + "a" * 300 + ".json": b"{}"}),
    "zip is endlessly deep": lambda f: zip_of({**f, "a/" * 500 + "x.json": b"{}"}),
    "zip is a bomb": lambda f: zip_bomb(),
    "zip lies about a size": lying_zip,
    "zip is encrypted": lambda f: encrypted(zip_of(f)),
    "zip is compressed in a rare way": lambda f: zip_of(f, zipfile.ZIP_LZMA),
    "zip has an endless list of contents": lambda f: with_end_record(zip_of(f), 0xFFFFFFF0),
    "zip begins before itself": before_itself,
    "zip is cut off": lambda f: zip_of(f)[:-40],
    "tar leads out": lambda f: tar_of({**f, "../evil.json": b"x"}),
    "tar is absolute": lambda f: tar_of({**f, "/tmp/evil.json": b"x"}),
    "tar has a link": lambda f: tar_of(f, member("tub/x.json", tarfile.SYMTYPE, "/etc/passwd")),
    "tar has a hard link": lambda f: tar_of(f, member("tub/x.json", tarfile.LNKTYPE, "../../x")),
    "tar has a link as a folder": lambda f: tar_of(
        {}, member("tub", tarfile.SYMTYPE, "/tmp"), member("tub/x.json", tarfile.REGTYPE)
    ),
    "tar has a device": lambda f: tar_of(f, member("tub/x.json", tarfile.CHRTYPE)),
    "tar has a pipe": lambda f: tar_of(f, member("tub/x.json", tarfile.FIFOTYPE)),
    "tar has a name twice": lambda f: tar_of(f, member("tub/meta.json", tarfile.REGTYPE)),
    "tar has names that differ in accents": lambda f: tar_of(
        {**f, "tub/\u00e9.json": b"{}", "tub/e\u0301.json": b"{}"}
    ),
    "tar is a bomb": lambda f: tar_of({"tub/meta.json": bytes(200 << 20)}),
    "tar has an endless name": lambda f: gzip.compress(long_header(8 << 30) + bytes(64 << 20)),
    "tar has a size below zero": lambda f: gzip.compress(below_zero() + bytes(1024)),
    "tar is cut off": lambda f: tar_of(f)[:-60],
    "tar has another checksum": lambda f: with_other_checksum(tar_of(f)),
    "tar is damaged": lambda f: tar_of(f)[:40] + bytes(80) + tar_of(f)[120:],
    "gzip of something else": lambda f: gzip.compress(b"no archive at all" * 100),
    "nothing": lambda f: b"",
    "a web page": lambda f: b"\n<!DOCTYPE html><html>Download anyway?</html>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_writes_nothing_and_ends_in_one_sentence(tmp_path, files, refused, name):
    room = tmp_path / "room"
    room.mkdir()
    path = room / ("t.tar.gz" if name.startswith(("tar", "gzip")) else "t.zip")
    path.write_bytes(HOSTILE[name](files))
    said = refused(path, out="room/tub")
    assert "archive" in said or ".zip" in said, said
    assert said.isprintable() or said[:-1].isprintable()
    assert [found.name for found in tmp_path.rglob("*")] == ["room", path.name]


def test_too_many_members_are_refused(tmp_path, files, refused, monkeypatch):
    monkeypatch.setattr(module, "MAX_FILES", 50)
    for path, make in ((tmp_path / "t.zip", zip_of), (tmp_path / "t.tar", tar_of)):
        path.write_bytes(make({f"tub/{number}.json": b"" for number in range(60)}))
        assert "at most 50 members" in refused(path)


def test_an_archive_of_something_else_is_refused(tmp_path, refused):
    (tmp_path / "t.zip").write_bytes(zip_of({"notes.txt": b"sunny"}))
    assert "Check the path, or say --from FORMAT to see what it lacks" in refused(
        tmp_path / "t.zip"
    )


@pytest.mark.parametrize("name", ["t.7z", "t.rar", "t.tar.bz2", "t.tar.xz"])
def test_other_archives_are_named(tmp_path, refused, name):
    (tmp_path / name).write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(1000))
    assert "must be a .zip, a .tar or a .tar.gz" in refused(tmp_path / name)
