"""Every kind of damage that a tub can have, alone and combined.

A damage takes a tub and two numbers, which choose the file and the place in it; so a fuzzer can
shrink what it finds. `damage_judge` says what must hold afterwards.
"""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.tub.tub_faults import INPUTS, TYPES, values
from donkeycar.tub import TubWriter

Damage = Callable[[Path, int, int], None]
SECRET = b"a private file: " + b"user/angle" * 20
IMAGE = "cam/image_array"
GARBAGE = (
    b"", b"\n", bytes(64), b"{torn", b"[1]\n", b'{"_index": -1}\n', b"\xff\xfe\n", b"null\n",
    b'{"_index": 1e3}\n', b"[" * 2000 + b"\n", b'{"_index": 99999999999}\n',
    b"\xef\xbb\xbf", b"\r\n", b'{"_index": 50, "x": ' + b"[" * 101 + b"]" * 101 + b"}\n",
    b'{"_index": 50, "x": ' + b"9" * 5000 + b"}\n", b'{"_index": 50, "_index": 51}\n',
    b'{"_index": 50,}\n', b'  {"_index": 50}\n', b'{"_index": 50, "x": "\xff"}\n',
)  # fmt: skip
NUMBERS = (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"null", b"15", b"0", b'"0.5"', b"true")


def make_tub(path: Path, *, count: int = 12) -> None:
    """A whole tub in three catalogs, with a deleted record and two sessions."""
    for part in (count - 4, 4):
        with TubWriter(path, INPUTS, TYPES, max_len=5) as writer:
            for number in range(part):
                writer.append(values(number / 100))
    with TubWriter(path, INPUTS, TYPES) as writer:
        writer.delete([2])


def _files(tub: Path) -> list[Path]:
    return sorted(file for file in tub.rglob("*") if file.is_file() and not file.is_symlink())


def _file(tub: Path, a: int) -> Path:
    """One of the files; manifest and catalogs as often as all images together."""
    files = _files(tub)
    top = [file for file in files if file.parent == tub]
    chosen = top if a % 2 and top else files
    if not chosen:
        raise OSError("nothing is left")
    return chosen[(a // 2) % len(chosen)]


def _catalog(tub: Path, a: int) -> Path:
    files = [file for file in _files(tub) if file.name.endswith(".catalog")]
    if not files:
        raise OSError("nothing is left")
    return files[a % len(files)]


def _entry(tub: Path, a: int) -> Path:
    names = sorted(path for path in tub.rglob("*") if RECOVERED not in path.parts)
    if not names:
        raise OSError("nothing is left")
    return names[a % len(names)]


RECOVERED = "recovered"


def _move_out(path: Path, tub: Path) -> None:
    """Take away what has a name, without losing it: an owner may have it still."""
    if not os.path.lexists(path):
        return
    place = tub.parent / "outside" / f"moved-{len(list((tub.parent / 'outside').iterdir()))}"
    path.rename(place)


def _bytes(change: Callable[[bytes, int], bytes]) -> Damage:
    def damage(tub: Path, a: int, b: int) -> None:
        file = _file(tub, a)
        data = file.read_bytes()
        file.write_bytes(change(data, b % (len(data) + 1)))

    return damage


def _flip(data: bytes, at: int) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    changed[at % len(data)] ^= 1 << (at * 7 % 8)
    return bytes(changed)


def _insert_garbage(tub: Path, a: int, b: int) -> None:
    file = _catalog(tub, a)
    lines = file.read_bytes().splitlines(keepends=True)
    place = a // 7 % (len(lines) + 1)
    file.write_bytes(b"".join([*lines[:place], GARBAGE[b % len(GARBAGE)], *lines[place:]]))


def _lines(change: Callable[[list[bytes], int], list[bytes]]) -> Damage:
    def damage(tub: Path, a: int, b: int) -> None:
        file = _catalog(tub, a)
        lines = file.read_bytes().splitlines(keepends=True)
        if lines:
            file.write_bytes(b"".join(change(lines, b % len(lines))))

    return damage


def _number(tub: Path, a: int, b: int) -> None:
    """Another number in the place of one record's angle or throttle, or of its index."""
    file = _catalog(tub, a)
    lines = file.read_bytes().splitlines(keepends=True)
    if not lines:
        return
    place = a // 3 % len(lines)
    name = (b'"user/angle": ', b'"user/throttle": ', b'"_index": ', b'"_timestamp_ms": ')[a % 4]
    before, found, after = lines[place].partition(name)
    if found:
        end = min(i for i in (after.find(b","), after.find(b"}")) if i >= 0)
        lines[place] = before + found + NUMBERS[b % len(NUMBERS)] + after[end:]
        file.write_bytes(b"".join(lines))


def _foreign_names(tub: Path, a: int, b: int) -> None:
    """Some records name their image by a folder of the computer that recorded them."""
    folder = ("/home/pi/mycar/data/images/", "C:\\Users\\me\\", "../", "/a/b/", "images/")[b % 5]
    old = b'"cam/image_array": "'
    file = _catalog(tub, a)
    lines = file.read_bytes().splitlines(keepends=True)
    new = old + json.dumps(folder)[1:-1].encode()
    lines = [line.replace(old, new) if (a >> i) % 3 else line for i, line in enumerate(lines)]
    file.write_bytes(b"".join(lines))


def _capitals(tub: Path, a: int, b: int) -> None:
    images = [file for file in _files(tub) if file.suffix == ".jpg"]
    if images:
        file = images[a % len(images)]
        file.rename(file.with_suffix((".JPG", ".jpeg", ".JPEG")[b % 3]))


def _remove(tub: Path, a: int, b: int) -> None:
    path = _entry(tub, a)
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _link(tub: Path, a: int, b: int) -> None:
    path = _entry(tub, a)
    _move_out(path, tub)
    outside = tub.parent / "outside"
    targets = (outside / "secret", path.name, "catalog_0.catalog", outside / "nothing", outside)
    path.symlink_to(targets[b % len(targets)])


def _pipe(tub: Path, a: int, b: int) -> None:
    path = _entry(tub, a)
    _move_out(path, tub)
    os.mkfifo(path)


def _folder(tub: Path, a: int, b: int) -> None:
    path = _entry(tub, a)
    if path.is_dir():
        return
    _move_out(path, tub)
    path.mkdir()
    if b % 2:
        (path / "inside").write_bytes(b"x")


def _odd_name(tub: Path, a: int, b: int) -> None:
    names = (
        "recovered", "catalog_7.catalog", "images/99_cam_image_array_.jpg", ".manifest.json.tmp",
        "catalog_1.catalog_manifest", "._catalog_0.catalog", "record_1.json", "notes.txt",
        "catalog_999999999.catalog", ".catalog_0.catalog.tmp",
    )  # fmt: skip
    path = tub / names[a % len(names)]
    if not path.is_dir():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((b"", b"x", bytes(40), b'{"_index": 3}\n')[b % 4])


def _manifest(change: Callable[[list[Any], int], object]) -> Damage:
    def damage(tub: Path, a: int, b: int) -> None:
        lines = [json.loads(line) for line in manifest_of(tub).splitlines()]
        if len(lines) == 5 and isinstance(lines[4], dict) and isinstance(lines[3], dict):
            change(lines, a)
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (tub / "manifest.json").write_text(text)

    return damage


def manifest_of(tub: Path) -> bytes:
    """The manifest; an `OSError` if there is none, or no ordinary file."""
    file = tub / "manifest.json"
    if file.is_symlink() or not file.is_file():
        raise OSError("a pipe would wait for ever")
    return file.read_bytes()


def _wrong_type(lines: list[Any], a: int) -> None:
    lines[1] = [("float", "flnat", "", 3)[a % 4], *lines[1][1:]] if a % 5 else lines[1][1:]


def _swap_catalogs(tub: Path, a: int, b: int) -> None:
    one, other = _catalog(tub, a), _catalog(tub, b)
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)


def _swap_images(tub: Path, a: int, b: int) -> None:
    images = [file for file in _files(tub) if file.suffix == ".jpg"]
    if images:
        images[a % len(images)].rename(images[b % len(images)])


DAMAGES: dict[str, Damage] = {
    "a flipped bit": _bytes(_flip),
    "a file is cut off": _bytes(lambda data, at: data[:at]),
    "a file is empty": _bytes(lambda data, at: b""),
    "zeros in a file": _bytes(lambda data, at: data[:at] + bytes(min(50, len(data) - at))),
    "zeros at the end": _bytes(lambda data, at: data + bytes(at % 5000)),
    "a file twice": _bytes(lambda data, at: data + data),
    "another system's line ends": _bytes(lambda data, at: data.replace(b"\n", b"\r\n")),
    "a garbage line": _insert_garbage,
    "a line is missing": _lines(lambda lines, at: lines[:at] + lines[at + 1 :]),
    "a line twice": _lines(lambda lines, at: [*lines, lines[at]]),
    "lines in another order": _lines(lambda lines, at: lines[at:] + lines[:at]),
    "two lines glued": _lines(lambda lines, at: [*lines[:at], lines[at][:-1], *lines[at + 1 :]]),
    "a line torn, then more": _lines(
        lambda lines, at: [*lines[:at], lines[at][: len(lines[at]) // 2], *lines[at + 1 :]]
    ),
    "another number": _number,
    "images are named by a folder": _foreign_names,
    "an image is called .JPG": _capitals,
    "a file or folder is gone": _remove,
    "a link": _link,
    "a pipe": _pipe,
    "a folder in the place of a file": _folder,
    "a file too many": _odd_name,
    "catalogs have each other's names": _swap_catalogs,
    "an image has another's name": _swap_images,
    "a type is wrong": _manifest(_wrong_type),
    "the index lies": _manifest(
        lambda lines, a: lines[4].update(current_index=(0, -1, 3, 10**9, "x", 500)[a % 6])
    ),
    "a catalog is listed that is not there": _manifest(
        lambda lines, a: lines[4]["paths"].append(f"catalog_{a % 9}.catalog")
    ),
    "a path leads out": _manifest(lambda lines, a: lines[4]["paths"].append("../outside/secret")),
    "catalogs are not listed": _manifest(lambda lines, a: lines[4].update(paths=[])),
    "all are deleted": _manifest(
        lambda lines, a: lines[4].update(deleted_indexes=list(range(a % 15)))
    ),
    "deleted are no indexes": _manifest(
        lambda lines, a: lines[4].update(deleted_indexes=["x", -1, 2.5, a % 15])
    ),
    "sessions are nonsense": _manifest(lambda lines, a: lines[3].update(sessions=[[a]])),
    "marks are nonsense": _manifest(
        lambda lines, a: lines[3].update(marked_for_their_image={"absent": [a % 15, "x"], "y": 3})
    ),
    "marks without a reason": _manifest(
        lambda lines, a: (
            lines[3].update(marked_for_their_image={"absent": [a % 12]}),
            lines[4].update(deleted_indexes=[a % 12]),
        )
    ),
}


def apply(tub: Path, damages: Sequence[tuple[str, int, int]]) -> list[str]:
    """Damage a tub; return the names of what could be done."""
    (tub.parent / "outside").mkdir(exist_ok=True)
    (tub.parent / "outside" / "secret").write_bytes(SECRET)
    done = []
    for name, a, b in damages:
        try:
            DAMAGES[name](tub, a, b)
        except (OSError, ValueError, IndexError, TypeError, KeyError, AttributeError):
            continue  # the damage before took what this one would have hit
        done.append(name)
    return done
