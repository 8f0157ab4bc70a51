"""Table of the formats that tubs are exported to, with the options of each."""

from pathlib import Path
from typing import NamedTuple


class Option(NamedTuple):
    """An option of one or several formats.

    Attributes:
        kind: Type of its value; ``bool`` for a flag without one.
        help: What it does, in a few words.
        several: Whether it may be given several times.
        metavar: What stands for its value in the help.
    """

    kind: type
    help: str
    metavar: str = ""
    several: bool = False


class Format(NamedTuple):
    """A row of `FORMATS`: one word after ``--to``.

    Attributes:
        module: Module in `donkeycar.formats.exporting`, with a function ``write``.
        help: What it is for, in a few words.
        library: Module that it needs; "" for none.
        extra: Extra of donkeycar that brings it.
        ending: Ending of the file that it writes; "" for a folder.
        holds: Pattern of the names in the folder that it writes: a folder with anything else is
            never replaced.
        options: Options that it takes, by the name of the argument.
        shows_deleted: Whether deleted records belong into it, marked as deleted.
        folder_with: Option with which it writes a folder instead of a file; "" for none.
        copies_pictures: Whether the files of the pictures are in it as they are; if `folder_with`
            names an option, only with that.
    """

    module: str
    help: str
    library: str = ""
    extra: str = ""
    ending: str = ""
    holds: str = ""
    options: tuple[str, ...] = ()
    folder_with: str = ""
    copies_pictures: bool = False
    shows_deleted: bool = False


OPTIONS = {
    "camera": Option(str, "the column of pictures (default: cam/image_array)", "COLUMN"),
    "fps": Option(float, "pictures a second (default: as they were recorded)", "RATE"),
    "images": Option(bool, "a folder of the table and of the image files"),
    "model": Option(Path, "also show what this pilot answers to the frames", "PILOT", several=True),
    "pause_s": Option(
        float, "a longer step ends an episode (default: 0.5, or 3 records)", "SECONDS"
    ),
    "resample": Option(bool, "take frames at even times; else each record is one frame"),
    "shard_mb": Option(float, "largest size of a shard, in megabytes (default: 256)", "SIZE"),
    "steering_name": Option(str, "name of the angle (default: steering.pos)", "NAME"),
    "task": Option(str, "what the driver did (default: Drive along the track.)", "TEXT"),
    "throttle_name": Option(str, "name of the throttle (default: throttle.vel)", "NAME"),
    "video": Option(bool, "videos instead of image files: smaller, but encoded again"),
}

FORMATS = {
    "parquet": Format(
        "parquet",
        "one table with the images in it, for pandas, DuckDB and Hugging Face datasets",
        library="pyarrow",
        extra="formats",
        ending=".parquet",
        copies_pictures=True,
    ),
    "mcap": Format(
        "foxglove_mcap",
        "a drive on a time line, for Foxglove",
        library="foxglove",
        extra="mcap",
        ending=".mcap",
        copies_pictures=True,
        options=("model",),
        shows_deleted=True,
    ),
    "rerun": Format(
        "rerun_rrd",
        "a drive on a time line, for the viewer of Rerun",
        library="rerun",
        extra="rerun",
        ending=".rrd",
        copies_pictures=True,
        options=("model",),
        shows_deleted=True,
    ),
    "csv": Format(
        "csv_table",
        "a table for spreadsheets, with the names of the images",
        ending=".csv",
        holds=r"records\.csv|images",
        options=("images",),
        folder_with="images",
        copies_pictures=True,
    ),
    "webdataset": Format(
        "webdataset",
        "shards of image files and JSON, for training from a disk or a network",
        holds=r"\d{6}\.tar",
        options=("shard_mb",),
        copies_pictures=True,
    ),
    "mp4": Format(
        "mp4",
        "a video of the pictures, to watch",
        library="av",
        extra="formats",
        ending=".mp4",
        options=("camera", "fps"),
    ),
    "lerobot": Format(
        "lerobot.dataset",
        "a LeRobot dataset, version 3.0",
        library="pyarrow",
        extra="formats",
        holds=r"meta|data|videos|README\.md",
        options=("video", "fps", "resample", "pause_s", "task", "steering_name", "throttle_name"),
    ),
}
