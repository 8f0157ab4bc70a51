"""Tables of a LeRobot dataset beside its frames: tasks and episodes."""

import json
from pathlib import Path
from typing import Any

from donkeycar.formats.exporting.lerobot import layout

# Episodes in one file: their statistics are about 10 kB each.
IN_A_FILE = 5000


def write_tasks(path: Path, tasks: list[str]) -> None:
    """Write the tasks as pandas writes a table whose index is the task: LeRobot reads it so.

    Source: https://pandas.pydata.org/docs/development/developer.html ("Storing pandas DataFrame
    objects in Apache Parquet format").
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    def column(name: str, pandas: str, numpy: str) -> dict[str, Any]:
        return {
            "name": name,
            "field_name": name,
            "pandas_type": pandas,
            "numpy_type": numpy,
            "metadata": None,
        }

    names = {"name": None, "field_name": None, "pandas_type": "unicode", "numpy_type": "object"}
    told = {
        "index_columns": ["task"],
        "column_indexes": [{**names, "metadata": {"encoding": "UTF-8"}}],
        "columns": [column("task_index", "int64", "int64"), column("task", "unicode", "object")],
        "creator": {"library": "pyarrow", "version": pa.__version__},
        "pandas_version": "2.2.0",
    }
    fields = [("task_index", pa.int64()), ("task", pa.string())]
    schema = pa.schema(fields, metadata={"pandas": json.dumps(told)})
    columns = {"task_index": list(range(len(tasks))), "task": tasks}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns, schema=schema), path)


def write_episodes(root: Path, rows: list[dict[str, Any]]) -> None:
    """Write the table of episodes, each row with the place of the file that holds it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for number, start in enumerate(range(0, len(rows), IN_A_FILE)):
        place = layout.place(number)
        own = {f"meta/episodes/{name}": value for name, value in place.items()}
        path = root / layout.EPISODES.format(**place)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = [{**row, **own} for row in rows[start : start + IN_A_FILE]]
        pq.write_table(pa.Table.from_pylist(part), path, compression="snappy")
