"""DuckDB, with errors of one sentence, the cause first."""

import itertools
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.commands import install_extra
from donkeycar.drafts import NEW, clear_new, draft_folder
from donkeycar.errors import AnalysisError, DeviceError

if TYPE_CHECKING:
    import duckdb

Row = tuple[Any, ...]

# The next step for errors that a person can do something about, by the engine's own class.
STEPS = {
    "OutOfMemoryException": "Next step: ask for fewer columns at a time, or for fewer groups",
    "IOException": "Next step: check that the tubs are still where they were",
    "InterruptException": "It was interrupted",
}
MOST_LETTERS = 200


class Engine:
    """A DuckDB of its own, in memory, with a temporary folder for what does not fit there.

    It loads no extension from a network.

    Args:
        threads: Threads that a query may use; ``None`` means one for every core.

    Attributes:
        folder: A temporary folder; it goes with the engine.

    Raises:
        DeviceError: If DuckDB is not installed.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        try:
            import duckdb
        except ImportError as error:
            raise DeviceError(
                f"Statistics of tubs need DuckDB: {install_extra('analysis')}"
            ) from error
        self._error = duckdb.Error
        place = Path(tempfile.gettempdir()) / "donkeycar-analysis"
        clear_new(place)  # a temporary folder is told to nobody, and neither is its end
        opened = ExitStack()
        self.folder = opened.enter_context(draft_folder(place, NEW))
        self._remove = weakref.finalize(self, opened.close)
        config: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": str(self.folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # Whoever needs an order asks for it; without one, tables are made on all cores.
            "preserve_insertion_order": False,
        }
        if threads is not None:
            config["threads"] = threads
        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(":memory:", config=config)
        self._numbers = itertools.count()

    def new_name(self, prefix: str) -> str:
        """A name for a table or a column that nothing else has."""
        return f"{prefix}{next(self._numbers)}"

    def run(
        self, sql: str, values: Sequence[object] = (), *, limit: int | None = None
    ) -> list[Row]:
        """Carry out a query.

        Args:
            sql: The query; `donkeycar.analysis.sql` quotes what comes from recordings.
            values: Values for its question marks.
            limit: Most rows that are taken into memory; ``None`` means all.

        Raises:
            AnalysisError: If the engine refuses, in one sentence.
        """
        try:
            result = self._connection.execute(sql, list(values))
            return result.fetchall() if limit is None else result.fetchmany(limit)
        except self._error as error:
            raise AnalysisError(in_one_sentence(error)) from error

    def arrays(self, sql: str) -> dict[str, Any]:
        """Carry out a query; the columns of its answer as arrays of NumPy.

        Raises:
            AnalysisError: If the engine refuses, in one sentence.
        """
        try:
            return dict(self._connection.execute(sql).fetchnumpy())
        except self._error as error:
            raise AnalysisError(in_one_sentence(error)) from error

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows to a table of ours."""
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            many = ", ".join([f"({marks})"] * len(rows))
            self.run(f"INSERT INTO {table} VALUES {many}", [one for row in rows for one in row])

    def pieces(self, sql: str, size: int) -> Iterator[list[Row]]:
        """Rows of a query, at most `size` at a time; other queries may run in between.

        Raises:
            AnalysisError: If the engine refuses, in one sentence.
        """
        name = self.new_name("pieces_")
        self.run(f"CREATE TEMP TABLE {name} AS {sql}")
        try:
            ((total,),) = self.run(f"SELECT count(*) FROM {name}")
            for start in range(0, total, size):
                yield self.run(
                    f"SELECT * FROM {name} WHERE rowid >= {start} AND rowid < {start + size} "
                    "ORDER BY rowid"
                )
        finally:
            self.run(f"DROP TABLE {name}")

    def take_arrays(self, table: str, arrays: Mapping[str, Any]) -> None:
        """Add arrays of NumPy, one for each column, to a table of ours; NaN becomes NULL."""
        name = self.new_name("arrays_")
        self._connection.register(name, dict(arrays))
        try:
            self.run(f"INSERT INTO {table} SELECT {', '.join(arrays)} FROM {name}")
        finally:
            self._connection.unregister(name)

    def register(self, storage: Any) -> None:
        """Let queries read files through a file system of fsspec."""
        protocols = [storage.protocol] if isinstance(storage.protocol, str) else storage.protocol
        if not any(self._connection.filesystem_is_registered(one) for one in protocols):
            self._connection.register_filesystem(storage)

    @property
    def connection(self) -> "duckdb.DuckDBPyConnection":
        """The connection, for what these methods do not do: functions of Python, for example."""
        return self._connection

    def close(self) -> None:
        """Give memory and temporary files back; twice does no harm."""
        self._connection.close()
        self._remove()


def in_one_sentence(error: Exception) -> str:
    r"""An error of the engine in one line: the cause, then the next step.

    The engine writes its kind, the cause, candidates, and the query with a mark below it.

    Example:
        >>> in_one_sentence(ValueError("IO Error: No files found\n\nLINE 1: select *\n  ^"))
        'No files found (IO Error)'
    """
    first = str(error).strip().split("\n", 1)[0].strip() or type(error).__name__
    kind, colon, cause = first.partition(": ")
    told = f"{cause} ({kind})" if colon and kind.endswith("Error") else first
    if len(told) > MOST_LETTERS:
        told = told[:MOST_LETTERS] + "..."
    step = STEPS.get(type(error).__name__)
    return f"{told}. {step}" if step else told
