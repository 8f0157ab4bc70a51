"""Unpack a .zip, .tar or .tar.gz of a recording into an empty folder.

Only ordinary files and folders with harmless names are accepted; a link, a device or a name that
leads out refuses the archive as a whole. Of the files, those that a recording consists of are
written; programs are not. Sizes and counts are bounded while it is read, whatever its headers say.
"""

import gzip
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, cast

from donkeycar.errors import ConfigError
from donkeycar.formats.archive.member_name import check_storable, folded, parts_of, shown
from donkeycar.formats.archive.room import check_room
from donkeycar.formats.archive.tar_headers import ShortHeaders
from donkeycar.formats.archive.zip_directory import check_directory

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
# Archives that are refused with a sentence.
OTHERS = (".7z", ".rar", ".bz2", ".tbz", ".xz", ".txz", ".zst", ".gz")
# What recordings consist of; anything else in an archive is not written.
WANTED = {
    ".json", ".jsonl", ".catalog", ".catalog_manifest", ".csv", ".tsv", ".txt", ".parquet",
    ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".ppm", ".tif", ".tiff", ".webp", ".mp4", ".mkv",
}  # fmt: skip
MAX_FILES = 500_000
# An archive of JPEGs is as large as they are; one of JSON alone may be a twentieth.
MAX_RATIO = 100
SMALLEST_BUDGET = 64 << 20
PIECE = 1 << 18

# Others may ask for gigabytes of memory before the first byte.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

GZIP, ZIP = b"\x1f\x8b", b"PK"
# What the two modules raise besides their own errors, for headers that make no sense.
_ODD_ERRORS = (
    NotImplementedError, ValueError, KeyError, OverflowError, RuntimeError, struct.error,
)  # fmt: skip
REFUSED = "Nothing was unpacked; do not use this file"
CUT = "The archive must be complete. Received: {}. Copy it again, or use another one"


class Reads(Protocol):
    """Something that is read piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`; none at the end."""


class Member(NamedTuple):
    """A file or a folder in an archive.

    Attributes:
        name: Its name, with slashes.
        is_folder: Whether it is a folder.
        open: Opens a file.
    """

    name: str
    is_folder: bool
    open: Callable[[], Reads]


class Unpacked(NamedTuple):
    """What was written.

    Attributes:
        num_files: Files that were written.
        num_bytes: Their size.
        num_passed_over: Files that no recording consists of.
    """

    num_files: int
    num_bytes: int
    num_passed_over: int


def is_archive(path: Path) -> bool:
    """Whether a file is named like an archive, or begins like one."""
    if not path.is_file():
        return False
    if path.name.lower().endswith((*ENDINGS, *OTHERS)):
        return True
    with path.open("rb") as file:
        return file.read(4).startswith((GZIP, b"PK\x03\x04"))


def unpack(path: Path, into: Path) -> Unpacked:
    """Unpack an archive.

    Args:
        path: The archive.
        into: An empty folder; whoever made it removes it if this raises.

    Raises:
        ConfigError: If the archive is damaged, or holds anything harmful.
        DeviceError: If the disk has too little room.
        OSError: If the disk does not take it.
    """
    size = path.stat().st_size
    budget = max(SMALLEST_BUDGET, MAX_RATIO * size)
    check_room(into, size)
    with _sentences(), path.open("rb") as file:
        head = file.read(64)
        file.seek(0)
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            raise ConfigError(
                f"{path.name} must be an archive. Received: a web page, which a browser saved in "
                "its place. Download it again, with the button of that page"
            )
        members = _zip_members(file) if head.startswith(ZIP) else _tar_members(file, head, budget)
        return _write(members, into, budget)


def _write(members: Iterator[Member], into: Path, budget: int) -> Unpacked:
    seen: dict[str, bool] = {}
    num_files = num_bytes = passed_over = 0
    for number, member in enumerate(members, start=1):
        if number > MAX_FILES:
            raise ConfigError(
                f"An archive must have at most {MAX_FILES:,} members. Received: more. {REFUSED}"
            )
        name = member.name.removeprefix("./").rstrip("/") if member.is_folder else (
            member.name.removeprefix("./")
        )  # fmt: skip
        if member.is_folder and name in ("", "."):
            continue
        parts = parts_of(name)
        check_storable(name)
        _check_new(name, parts, seen, is_folder=member.is_folder)
        if member.is_folder:
            continue  # folders are made for their files
        if not _is_wanted(parts):
            passed_over += 1
            continue
        target = into.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        num_bytes += _copy(member.open(), target, budget - num_bytes)
        num_files += 1
        if num_files % 1000 == 0:
            check_room(into, 0)
    return Unpacked(num_files, num_bytes, passed_over)


def _check_new(
    name: str, parts: tuple[str, ...], seen: dict[str, bool], *, is_folder: bool
) -> None:
    """Refuse two members that would be one file on some disk, or a file that is a folder, too."""
    whole = folded(name)
    around = [folded("/".join(parts[:depth])) for depth in range(1, len(parts))]
    twice = whole in seen and not (is_folder and seen[whole])
    if twice or any(seen.get(folder) is False for folder in around):
        raise ConfigError(
            f"The files in an archive must have different names. Received: {shown(name)} twice, "
            f"or as a file and a folder. {REFUSED}"
        )
    seen.update(dict.fromkeys(around, True))
    seen[whole] = is_folder


def _is_wanted(parts: tuple[str, ...]) -> bool:
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return not hidden and Path(parts[-1]).suffix.lower() in WANTED


def _copy(source: Reads, target: Path, budget: int) -> int:
    """Write one file; return its size."""
    written = 0
    with target.open("xb") as out:
        while piece := source.read(PIECE):
            written += len(piece)
            if written > budget:
                raise _bomb()
            out.write(piece)
    return written


def _bomb() -> ConfigError:
    return ConfigError(
        f"An archive must unpack to at most {MAX_RATIO} times its size. Received: more. {REFUSED}"
    )


def _tar_members(file: BinaryIO, head: bytes, budget: int) -> Iterator[Member]:
    raw: Reads = gzip.GzipFile(fileobj=file) if head.startswith(GZIP) else file
    # Headers count, too: an archive of empty files only is a bomb as well.
    bounded = cast(BinaryIO, _Bounded(raw, budget + SMALLEST_BUDGET))
    with tarfile.open(fileobj=bounded, mode="r|", tarinfo=ShortHeaders) as tar:
        while (member := tar.next()) is not None:
            tar.members.clear()  # type: ignore[attr-defined]
            if not (member.isdir() or (member.isreg() and not member.issparse())):
                raise _no_file(member.name, link=member.issym() or member.islnk())
            yield Member(member.name, member.isdir(), _tar_opener(tar, member))
    while bounded.read(PIECE):
        pass  # a tar has no checksum; that of gzip is behind its end


def _tar_opener(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Callable[[], Reads]:
    def opened() -> Reads:
        source = tar.extractfile(member)
        if source is None:
            raise _no_file(member.name, link=False)
        return _Exactly(source, member.size, member.name)

    return opened


def _zip_members(file: BinaryIO) -> Iterator[Member]:
    check_directory(file)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _no_file(info.filename, link=kind == stat.S_IFLNK)
            if info.flag_bits & 1 or info.compress_type not in METHODS:
                raise ConfigError(
                    "A .zip must be an ordinary one, neither encrypted nor compressed in a rare "
                    f"way. Received: {shown(info.filename)}. Unpack it by hand, and import the "
                    "folder"
                )
            # Some programs of Windows write their own separator.
            name = info.orig_filename.replace("\\", "/")
            is_folder = name.endswith("/")
            yield Member(name, is_folder, _zip_opener(archive, info))


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], Reads]:
    def opened() -> Reads:
        try:
            return cast(Reads, archive.open(info))
        except OSError as error:  # it lies where no file can: before its own beginning
            raise ConfigError(CUT.format("one that is damaged")) from error

    return opened


def _no_file(name: str, *, link: bool) -> ConfigError:
    what = "a link" if link else "something else"
    return ConfigError(
        f"An archive must hold only files and folders. Received: {what} named {shown(name)}. "
        f"{REFUSED}"
    )


class _Bounded:
    """A stream that may not become longer than a number of bytes."""

    def __init__(self, source: Reads, most: int) -> None:
        self._source, self._left = source, most

    def read(self, size: int = -1, /) -> bytes:
        piece = self._source.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise _bomb()
        return piece


class _Exactly:
    """A file that may not end before its size."""

    def __init__(self, source: Reads, size: int, name: str) -> None:
        self._source, self._left, self._name = source, size, name

    def read(self, size: int = -1, /) -> bytes:
        piece = self._source.read(size)
        self._left -= len(piece)
        if not piece and self._left:
            raise ConfigError(CUT.format(f"one that ends inside of {shown(self._name)}"))
        return piece


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn the errors of tarfile, zipfile and zlib into sentences."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ConfigError(CUT.format("one that is cut off or damaged")) from error
    except ConfigError:
        raise
    except (tarfile.TarError, zipfile.BadZipFile, *_ODD_ERRORS) as error:
        raise ConfigError(
            f"An archive must be a .zip, a .tar or a .tar.gz. Received: none, or a damaged one "
            f"({error}). Unpack it by hand, and import the folder"
        ) from error
