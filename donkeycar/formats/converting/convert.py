"""Convert tubs: of format v1 or v2 into new ones of format v2, whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from donkeycar.errors import ConfigError, TubError
from donkeycar.formats.converting.columns import change_columns
from donkeycar.formats.converting.resample import MAX_GAP_S, resample
from donkeycar.formats.converting.resize import Size, resize_pictures
from donkeycar.formats.importing import tub
from donkeycar.formats.importing.importing import (
    Progress,
    Written,
    check_outside,
    places_for,
    write_tub,
)
from donkeycar.formats.importing.number import settle
from donkeycar.formats.importing.options import Options
from donkeycar.formats.importing.table import FORMATS
from donkeycar.formats.new_folder import new_folder


@dataclass(frozen=True)
class Changes:
    """What becomes of a tub, besides its format.

    Attributes:
        drop: Columns to leave out.
        rename: New names of columns, by old name.
        size: Width and height of its pictures; ``None`` leaves them as they are, byte by byte.
        fit: What becomes of pictures of another shape, see `resize_pictures`.
        rate_hz: Records a second; ``None`` leaves them as they are.
        max_gap_s: Longest pause that `rate_hz` bridges, in seconds.
    """

    drop: Sequence[str] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    size: Size | None = None
    fit: str | None = None
    rate_hz: float | None = None
    max_gap_s: float = MAX_GAP_S


def convert_tubs(
    paths: Sequence[Path],
    out: Path,
    *,
    changes: Changes | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> list[Written]:
    """Convert tubs. One becomes `out`; of several, each becomes a folder of its name in `out`.

    Args:
        paths: The tubs; they are not changed.
        out: The new folder; it must not exist.
        changes: What becomes of them, besides their format.
        options: What the person decided about angle and throttle.
        progress: Is told how many records of a tub are done, of how many.

    Raises:
        ConfigError: If an option or `out` cannot be used.
        TubError: If a tub cannot be used, or something has to be decided.
        OSError: If the disk does not take it. None of these leaves anything behind.
    """
    changes, options = changes or Changes(), options or Options()
    options.check("tub", FORMATS["tub"].known_options)
    if changes.fit is not None and changes.size is None:
        raise ConfigError("`--fit` needs --size. Received: --fit alone. Say which size")
    for path in paths:
        if not tub.matches(path):
            raise TubError(
                f"A tub must be there to convert. Received: {path}, which is none. Check the path; "
                "for a recording of another program: donkey tub import"
            )
        check_outside(out, path)
    written = []
    told: list[str] = []
    with new_folder(out, told=told) as draft:
        for path, place in zip(paths, places_for(paths), strict=True):
            folder = draft / place
            folder.mkdir(exist_ok=True)
            try:
                one = _convert(path, folder, out / place, changes, options, progress)
            except TubError as error:
                raise type(error)(f"{path}: {error}") from error
            written.append(one)
    written[0].facts[:0] = told
    return written


def _convert(
    path: Path,
    folder: Path,
    place: Path,
    changes: Changes,
    options: Options,
    progress: Progress | None,
) -> Written:
    source = tub.open_source(path, options)
    settle(source, options)
    change_columns(source, drop=changes.drop, rename=changes.rename)
    if changes.rate_hz is not None:
        resample(source, changes.rate_hz, max_gap_s=changes.max_gap_s)
    if changes.size is not None:
        resize_pictures(source, changes.size, fit=changes.fit)
    written = write_tub(source, folder, place, progress=progress)
    written.format, written.source = "tub", str(path)
    return written
