"""Where tubs are: folders of this computer, and addresses such as ``s3://bucket/folder``.

The catalogs of a tub in object storage are fetched once, many at a time, into the temporary folder
of the frame; its images are not. Only files with the names that a tub gives them are fetched.
"""

import glob
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from donkeycar.commands import pip_install
from donkeycar.errors import DeviceError, TubError

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://.+", re.DOTALL)
# What marks a folder as a tub with records.
RECORDS = re.compile(r"catalog_\d{1,9}\.catalog|record_\d{1,9}\.json", re.ASCII)
FETCHED = re.compile(
    r"catalog_\d{1,9}\.catalog|record_\d{1,9}\.json|manifest\.json|meta\.json|exclude\.json",
    re.ASCII,
)
TABLE = ".parquet"
# Folders of a tub that hold no tubs, and of a LeRobot dataset that hold no records.
PASSED_OVER = ("images", "recovered", "meta")
DEEPEST = 3
# The largest file that is fetched, as large as the largest catalog that is read.
MAX_BYTES = 256 << 20
# Libraries for addresses, by the word that fsspec misses.
LIBRARIES = {"s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}

Progress = Callable[[int, int], None]
Listing = Callable[[str], tuple[list[str], list[str]]]


@dataclass(frozen=True)
class Found:
    """A tub.

    Attributes:
        label: Its path or address, as people know it.
        folder: Where its files lie on this computer; of a Parquet file the file itself.
        storage: For a Parquet file in object storage what reads it.
    """

    label: str
    folder: Path
    storage: Any = None

    @property
    def is_table(self) -> bool:
        """Whether it is a Parquet file."""
        return self.label.endswith(TABLE)


def find(
    words: Sequence[str | Path], folder: Path, progress: Progress | None = None
) -> list[Found]:
    """The tubs that words name, each once.

    Args:
        words: Tubs, folders of tubs up to three levels deep, or addresses of either; an address
            may hold wildcards.
        folder: Where files from object storage are put.
        progress: Called with how many tubs of an address were fetched, and of how many.

    Raises:
        TubError: If an address does not lead to tubs.
        DeviceError: If a library is missing, or the storage does not answer.
    """
    found: dict[str, Found] = {}
    for word in words:
        if ADDRESS.fullmatch(str(word)):
            for one in _fetched(str(word), folder, progress):
                found.setdefault(one.label, one)
            continue
        path = Path(word).expanduser()
        for tub in _tubs_in(str(path), _list_folder) or _tables_in(str(path)) or [str(path)]:
            found.setdefault(os.path.realpath(tub), Found(tub, Path(tub)))
    return list(found.values())


def _tubs_in(path: str, listing: Listing, depth: int = DEEPEST) -> list[str]:
    """The folder itself if it holds records, and the tubs inside it."""
    files, folders = listing(path)
    tubs = [path] if any(RECORDS.fullmatch(name) for name in files) else []
    if depth:
        for name in sorted(folders):
            if not name.startswith(".") and name not in PASSED_OVER:
                tubs += _tubs_in(f"{path.rstrip('/')}/{name}", listing, depth - 1)
    return tubs


def _tables_in(path: str, listing: Listing | None = None, depth: int = DEEPEST) -> list[str]:
    """The Parquet files in a folder; asked for where no tub is, because exports lie in tubs."""
    files, folders = (listing or _list_folder)(path)
    tables = [f"{path.rstrip('/')}/{name}" for name in sorted(files) if name.endswith(TABLE)]
    if depth:
        for name in sorted(folders):
            if not name.startswith(".") and name not in PASSED_OVER:
                tables += _tables_in(f"{path.rstrip('/')}/{name}", listing, depth - 1)
    return tables


def _list_folder(path: str) -> tuple[list[str], list[str]]:
    """Names of files and folders; a folder behind a link counts only if it is named itself."""
    try:
        with os.scandir(path) as entries:
            named = [(one.name, one.is_dir(follow_symlinks=False)) for one in entries]
    except OSError:
        return [], []
    return [name for name, is_dir in named if not is_dir], [n for n, is_dir in named if is_dir]


def _fetched(address: str, folder: Path, progress: Progress | None) -> Iterator[Found]:
    """The tubs at an address, with their files in `folder`."""
    storage, root = _storage(address)
    # Libraries remember listings; tubs that came since would be missing.
    storage.invalidate_cache()
    roots = _answer(address, partial(storage.glob, root)) if glob.has_magic(root) else [root]
    listing = partial(_list_storage, storage)
    tubs = [tub for one in roots for tub in _answer(address, partial(_tubs_in, one, listing))]
    tables = [one for one in roots if str(one).endswith(TABLE)]
    if not tubs and not tables:
        found = [_answer(address, partial(_tables_in, one, listing)) for one in roots]
        tables = [table for some in found for table in some]
    protocol = address.split("://", 1)[0]
    for path in tables:
        yield Found(f"{protocol}://{path}", Path(path), storage)
    if not tubs and not tables:
        raise TubError(f"There must be a tub at an address. Received: {address}, without records")
    for number, path in enumerate(tubs, start=1):
        target = folder / f"fetched_{len(os.listdir(folder))}"
        target.mkdir()
        _answer(address, partial(_fetch, storage, path, target))
        if progress is not None:
            progress(number, len(tubs))
        yield Found(f"{protocol}://{path}", target)


def _fetch(storage: Any, path: str, target: Path) -> None:
    """Fetch the manifest and the catalogs of one tub."""
    wanted = {}
    for one in storage.ls(path, detail=True):
        name = str(one["name"]).rstrip("/").rsplit("/", 1)[-1]
        is_small = (one.get("size") or 0) <= MAX_BYTES
        if one["type"] == "file" and FETCHED.fullmatch(name) and is_small:
            wanted[one["name"]] = str(target / name)
    if not wanted:
        return
    try:
        storage.get(list(wanted), list(wanted.values()), callback=_limit(path))
    except DeviceError:
        raise
    except Exception:
        for name, place in wanted.items():  # which of them it was, the storage may not say
            _fetch_one(storage, name, place)


def _limit(path: str) -> Any:
    """Cuts an answer off that is larger than any catalog, whatever size it was said to have."""
    from fsspec.callbacks import Callback

    class Limit(Callback):  # type: ignore[misc, unused-ignore]
        def branched(self, path_1: str, path_2: str, **kwargs: Any) -> Any:
            """One of its own for each file."""
            return _limit(path_1)

        def relative_update(self, inc: int = 1) -> None:
            """Count the bytes of a piece."""
            super().relative_update(inc)
            if self.value > MAX_BYTES:
                raise DeviceError(
                    f"A catalog must be at most {MAX_BYTES >> 20} MB. Received: more from {path}, "
                    "cut off there. Next step: check what that address serves"
                )

    return Limit()


def _fetch_one(storage: Any, name: str, place: str) -> None:
    try:
        storage.get(name, place, callback=_limit(name))
    except FileNotFoundError as error:
        raise DeviceError(
            f"{name} is listed, but not there: it was removed, or not uploaded to its end. Next "
            "step: upload it again"
        ) from error
    except PermissionError as error:
        raise DeviceError(
            f"{name} is listed, but your key may not read it. Next step: ask who owns the bucket"
        ) from error


def _list_storage(storage: Any, path: str) -> tuple[list[str], list[str]]:
    """Names of files and folders, as of a folder of this computer."""
    try:
        entries = storage.ls(path, detail=True)
    except FileNotFoundError:
        return [], []
    files: list[str] = []
    folders: list[str] = []
    for one in entries:
        whole = str(one["name"]).strip("/")
        # Some storages list the folder itself, as an object of no bytes.
        if whole != path.strip("/"):
            (folders if one["type"] == "directory" else files).append(whole.rsplit("/", 1)[-1])
    return files, folders


def _storage(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    protocol = address.split("://", 1)[0]
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise DeviceError(f"Addresses need fsspec: {pip_install('fsspec')}") from error
    try:
        storage, path = url_to_fs(address)
    except ImportError as error:
        library = LIBRARIES.get(protocol)
        how = f": {pip_install(library)}" if library else f" ({error})"
        raise DeviceError(f"Addresses of {protocol}:// need another library{how}") from error
    except ValueError as error:
        raise TubError(f"An address must begin like s3:// or gs://. Received: {address}") from error
    return storage, str(path)


def _answer(address: str, ask: Callable[[], Any]) -> Any:
    """What a storage answers; its errors become ours, in one sentence."""
    try:
        return ask()
    except DeviceError:
        raise
    except Exception as error:
        # Each storage has errors of its own, some of no common class.
        first = str(error).strip().split("\n", 1)[0].rstrip(". ") or type(error).__name__
        raise DeviceError(
            f"{address} cannot be read: {first}. Next step: check the address, the keys and the "
            "network"
        ) from error
