"""The usable records of some tubs, and why the others were left out."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar import commands
from donkeycar.cleaning import Cleaning
from donkeycar.errors import TrainingError, TubError
from donkeycar.pilots.transform import Shape
from donkeycar.pipeline.types import TubRecord
from donkeycar.training.records.cleaned import Cleaned, clean_tub
from donkeycar.training.records.oddities import Oddities
from donkeycar.tub import TubReader

ANGLE = "user/angle"
STEERING = "user/steering"
THROTTLE = "user/throttle"
IMAGE = "cam/image_array"
SESSION = "_session_id"
DAMAGED = "damaged in the tub"
MOST = 1e300


@dataclass
class Recordings:
    """Usable records, in the order in which they were driven.

    Attributes:
        tubs: The folders, in the given order.
        sources: Reader and record of each row.
        labels: Angle and throttle, float32, ``(rows, 2)``, each -1 to +1.
        sessions: Number of the session of each row, ``(rows,)``.
        session_names: Tub and session id by that number.
        dropped: Number of records that were left out, by reason.
        camera_shape: Height, width and channels of the pictures; ``None`` until they are decoded.
        oddities: Observations on the records that were left out.
        cleaned: What cleaning did; ``None`` without it.
    """

    tubs: list[Path]
    sources: list[tuple[TubReader, dict[str, Any]]]
    labels: np.ndarray
    sessions: np.ndarray
    session_names: list[str]
    dropped: Counter[str] = field(default_factory=Counter)
    camera_shape: Shape | None = None
    oddities: Oddities = field(default_factory=Oddities)
    cleaned: Cleaned | None = None

    def __len__(self) -> int:
        return len(self.sources)

    def image(self, row: int) -> np.ndarray:
        """Decode the picture of a row.

        Raises:
            TubError: If it is missing or damaged.
        """
        reader, record = self.sources[row]
        return reader.image(record)

    def image_shape(self, row: int) -> tuple[int, ...] | None:
        """The shape of the picture of a row; ``None`` if it is missing or damaged."""
        reader, record = self.sources[row]
        try:
            return reader.image_shape(record)
        except TubError:
            return None

    def name(self, row: int) -> str:
        """Name the tub and record of a row."""
        reader, record = self.sources[row]
        return f"record {record.get('_index')} of {reader.path}"

    def keep(self, rows: Sequence[int]) -> "Recordings":
        """Return the same recordings with fewer rows."""
        return Recordings(
            tubs=self.tubs,
            sources=[self.sources[row] for row in rows],
            labels=self.labels[rows],
            sessions=self.sessions[rows],
            session_names=self.session_names,
            dropped=self.dropped,
            camera_shape=self.camera_shape,
            oddities=self.oddities,
            cleaned=self.cleaned,
        )

    def dropped_in_words(self) -> str:
        """Say how many records were left out and why, ``""`` if none."""
        return ", ".join(f"{count} {reason}" for reason, count in self.dropped.most_common())


def gather(
    tubs: Iterable[str | Path],
    *,
    record_filter: Callable[[Any], bool] | None = None,
    cleaning: Cleaning | None = None,
) -> Recordings:
    """Read tubs, and keep the records that can be used for training.

    Args:
        tubs: Folders of tubs, v1 or v2.
        record_filter: Function of a record that says whether to keep it; `TRAIN_FILTER` of
            myconfig.py. It sees records after cleaning.
        cleaning: Changes values, and leaves records out, before anything else looks at them.

    Raises:
        TrainingError: If there is no tub, no usable record in it, or no column that `cleaning`
            needs.
    """
    paths = [Path(tub).expanduser() for tub in tubs]
    if not paths:
        raise TrainingError("Training needs at least one tub. Add --tub PATH.")
    sources: list[tuple[TubReader, dict[str, Any]]] = []
    labels: list[tuple[float, float]] = []
    sessions: list[int] = []
    numbers: dict[str, int] = {}
    dropped: Counter[str] = Counter()
    oddities = Oddities()
    cleaned = None if cleaning is None else Cleaned(cleaning)
    num_deleted = 0
    for path in paths:
        reader = _open(path)
        num_deleted += len(reader.records(include_deleted=True)) - len(reader)
        if damaged := sum(one.costs_records for one in reader.skipped):
            dropped[DAMAGED] += damaged
        for record in map(with_angle, clean_tub(reader, _recorded(reader, cleaning), cleaned)):
            reason = _reason_to_drop(record, record_filter, oddities)
            if reason:
                dropped[reason] += 1
                continue
            session = f"{path.name}/{record.get(SESSION, '')}"
            sources.append((reader, record))
            labels.append((float(record[ANGLE]), float(record[THROTTLE])))
            sessions.append(numbers.setdefault(f"{path.resolve()}/{session}", len(numbers)))
    recordings = Recordings(
        tubs=paths,
        sources=sources,
        labels=np.array(labels, np.float32).reshape(-1, 2),
        sessions=np.array(sessions, np.int64),
        session_names=["/".join(name.rsplit("/", 2)[-2:]) for name in numbers],
        dropped=dropped,
        oddities=oddities,
        cleaned=cleaned,
    )
    if cleaned is not None:
        dropped.update(cleaned.counts.left_out)
    if not sources:
        names = ", ".join(str(path) for path in paths)
        why = recordings.dropped_in_words()
        if num_deleted and not why:
            raise TrainingError(
                f"All {num_deleted} records of {names} are deleted. Restore some: "
                f"{commands.donkey('tub', 'restore', *paths)}; or record more"
            )
        hints = "".join(f" {hint}" for hint in oddities.explain(dropped))
        raise TrainingError(
            f"No record of {names} can be used for training: {why or 'there are none'}. "
            f"Each needs {IMAGE}, {ANGLE} and {THROTTLE}.{hints}"
        )
    return recordings


def with_angle(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the driver's steering as `user/angle`.

    Some templates of donkeycar 5 record it as `user/steering`, its name there. Donkeycar 5 itself
    cannot train from such tubs.
    """
    if ANGLE in record or STEERING not in record:
        return record
    return {**record, ANGLE: record[STEERING]}


def _recorded(reader: TubReader, cleaning: Cleaning | None) -> list[dict[str, Any]]:
    """The records of a tub, with `user/angle` if a cleaning asks for it."""
    if cleaning is not None and ANGLE in cleaning.columns:
        return [with_angle(record) for record in reader]
    return list(reader)


def _open(path: Path) -> TubReader:
    """Open a tub for training."""
    try:
        return TubReader(path)
    except TubError as error:
        raise TrainingError(str(error)) from error
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror}") from error


def _reason_to_drop(
    record: dict[str, Any], record_filter: Callable[[Any], bool] | None, oddities: Oddities
) -> str:
    """Say why a record cannot be used for training, ``""`` if it can."""
    if not isinstance(record.get(IMAGE), str):
        return "without a picture"
    for key in (ANGLE, THROTTLE):
        value = record.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            oddities.note_missing(key, record)
            return f"without {key}"
        if value != value:
            return f"with {key} that is not a number"
        if abs(value) > 1:
            # A whole number may be too large for a float.
            oddities.note_beyond(key, max(-MOST, min(value, MOST)))
            return f"with {key} beyond -1 to +1"
    if record_filter is not None and not _wanted(record, record_filter):
        return "filtered out by TRAIN_FILTER"
    return ""


def _wanted(record: dict[str, Any], record_filter: Callable[[Any], bool]) -> bool:
    """Call the owner's function."""
    try:
        return bool(record_filter(TubRecord(record)))
    except Exception as error:  # the owner's code may raise anything
        raise TrainingError(
            f"TRAIN_FILTER failed at record {record.get('_index')}: {type(error).__name__}: {error}"
        ) from error
