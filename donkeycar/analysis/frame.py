"""Many tubs as one table."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from donkeycar.analysis.cleanable import Cleanable
from donkeycar.analysis.cols import Choice
from donkeycar.analysis.column import INDEX, TUB
from donkeycar.analysis.engine import Engine
from donkeycar.analysis.opening import open_words
from donkeycar.analysis.relation import Held
from donkeycar.analysis.safety import Safety
from donkeycar.analysis.shards import Shard
from donkeycar.analysis.strata import By
from donkeycar.analysis.stratified import Strata


class TubFrame(Cleanable):
    """The records of many tubs as one table, which DuckDB reads where they lie.

    Nothing is copied and nothing is loaded: each question reads the catalogs, and takes only the
    fields that it is about. A frame never changes; what computes or leaves out something returns
    another one. It sees the records that `TubReader` sees, whatever damage a tub has.

    Args:
        paths: Tubs, folders of tubs, or both; also addresses such as ``s3://bucket/folder``.
        deleted: Whether deleted records count, too.
        name_car: Gives the name of the car for the path of a tub. By default it is `car` in the
            tub's metadata, else the folder that holds the tubs of the car.
        threads: Threads that a query may use; ``None`` means one for every core.
        progress: Called while tubs are fetched from object storage: how many, and of how many.

    Attributes:
        tubs: Paths or addresses of the tubs, as in the column `tub`.
        skipped: What could not be used, and why, one sentence each.
        unreadable: How many lines of catalogs, or records of format v1, could not be read.

    Raises:
        TubError: If there is no tub, or none that can be read.
        DeviceError: If DuckDB is not installed, or a library for an address.

    Example:
        >>> import tempfile
        >>> from donkeycar.tub import TubWriter
        >>> folder = tempfile.mkdtemp()
        >>> with TubWriter(folder, ["user/angle"], ["float"]) as tub:
        ...     indexes = [tub.append({"user/angle": number / 4}) for number in range(5)]
        >>> frame = TubFrame(folder)
        >>> frame.count(), frame.cols["user/angle"].median()
        (5, 0.5)
    """

    def __init__(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        deleted: bool = False,
        name_car: Callable[[str], str] | None = None,
        threads: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        engine = Engine(threads=threads)
        words = [paths] if isinstance(paths, str | Path) else list(paths)
        try:
            opened = open_words(
                engine, words, deleted=deleted, name_car=name_car, progress=progress
            )
            super().__init__(engine, opened.relation, opened.columns, opened.source)
        except BaseException:
            engine.close()
            raise
        self.tubs = opened.tubs
        self.skipped = opened.skipped
        self.unreadable = opened.unreadable
        self._shards = opened.shards

    @property
    def cols(self) -> Choice:
        """Statistics of columns: ``frame.cols["user/angle"].mean()``."""
        return Choice(self)

    def stratify(self, by: Sequence[By]) -> "Strata[Self]":
        """Divide the records: every statistic, fill and fence then goes by stratum.

        Args:
            by: Names of columns, one stratum for each of their values; `Bucket` for ranges of equal
                width, `Quantile` for ranges of equally many records.

        Example:
            ``frame.stratify(["car", Bucket("user/throttle", 5)]).cols["user/angle"].std()``
        """
        return Strata(self, by)

    def count(self) -> int:
        """Number of records."""
        return int(self.engine.run(f"SELECT count(*) FROM ({self.relation([])})")[0][0])

    def isnull(self, ratio: bool = False) -> dict[str, float]:
        """How many records lack each column: no value, or none of the column's kind.

        Args:
            ratio: Whether to return shares of all records, 0 to 1, instead of numbers.
        """
        columns = list(self._columns.values())
        counts = ", ".join(f"count({one.ident})" for one in columns)
        total, *there = self.engine.run(
            f"SELECT count(*), {counts} FROM ({self.relation(columns)})"
        )[0]
        missing = [total - number for number in there]
        values = [number / total if total else 0.0 for number in missing] if ratio else missing
        return {one.name: value for one, value in zip(columns, values, strict=True)}

    def rows(self, names: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Records as dictionaries, tub after tub, in the order of their indexes.

        At most as many as the safety limit; a `SafetyLimitWarning` says if there are more.

        Args:
            names: The columns; ``None`` means all.
        """
        columns = self.chosen(self._columns if names is None else names)
        order = [self.column(TUB), self.column(INDEX)]
        idents = ", ".join(one.ident for one in columns)
        rows = self.pull(
            f"SELECT {idents} FROM ({self.relation([*columns, *order])}) "
            f"ORDER BY {', '.join(one.ident for one in order)}",
            "records",
        )
        labels = [one.name for one in columns]
        return [dict(zip(labels, row, strict=True)) for row in rows]

    def shards(self) -> list[Shard]:
        """The files that hold the records, with their number: for an engine on many computers."""
        return list(self._shards)

    def set_safety_limit(self, rows: int) -> None:
        """Change how many rows an action may pull into memory, 1,000 at the beginning.

        Raises:
            AnalysisError: If it is not a whole number of 1 or more.
        """
        self._safety.set_limit(rows)

    def safety_off(self) -> Self:
        """This frame without a safety limit, for one action: ``frame.safety_off().rows()``."""
        return self._like(safety=Safety(self._safety.limit, is_off=True))

    def hold(self, names: Sequence[str] | None = None) -> Self:
        """Let the engine keep columns in its own memory, for many questions about them.

        The first question about a catalog takes as long as all its lines; a held column answers
        in a few milliseconds. What does not fit into memory goes to a temporary file.

        Args:
            names: The columns; ``None`` means all.
        """
        columns = self.chosen(self._columns if names is None else names)
        return self._like(relation=Held(self.engine, self._relation, columns))

    def close(self) -> None:
        """Give memory and temporary files back, for this frame and all that come from it."""
        self.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
