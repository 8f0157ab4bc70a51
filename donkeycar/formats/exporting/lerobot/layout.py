"""Names, columns and limits of a LeRobot dataset."""

from collections.abc import Mapping
from typing import Any

VERSION = "v3.0"
ROBOT = "donkeycar"
INFO, STATS, TASKS = "meta/info.json", "meta/stats.json", "meta/tasks.parquet"
PLACE = "chunk-{chunk_index:03d}/file-{file_index:03d}"
DATA = f"data/{PLACE}.parquet"
EPISODES = f"meta/episodes/{PLACE}.parquet"
VIDEOS = f"videos/{{video_key}}/{PLACE}.mp4"
FILES_IN_A_CHUNK = 1000
DATA_MB, VIDEO_MB = 100, 200

# A reader compares times as 32-bit floats, with a tolerance of 0.1 ms. From 1024 s on their steps
# are larger than that: 2**-13 s. An episode of at most 512 s that begins in a film before 512 s
# ends before 1024 s, where the step is 2**-14 s, 0.06 ms.
LONGEST_S = 512.0
# A frame without a neighbour has no statistics.
FEWEST_FRAMES = 2

ACTION, STATE, CAMERA = "action", "observation.state", "observation.images."
# Columns that every dataset has, with their types.
ALWAYS = {
    "timestamp": "float32",
    "frame_index": "int64",
    "episode_index": "int64",
    "index": "int64",
    "task_index": "int64",
}


def place(number: int) -> dict[str, int]:
    """Chunk and number of the file with this number, counted from 0."""
    chunk, file = divmod(number, FILES_IN_A_CHUNK)
    return {"chunk_index": chunk, "file_index": file}


def numbers(dtype: str, names: list[str] | None = None, length: int = 1) -> dict[str, Any]:
    """A feature of numbers or texts: one, or a list of a fixed length."""
    return {"dtype": dtype, "shape": [len(names) if names else length], "names": names}


def picture(shape: tuple[int, ...]) -> dict[str, Any]:
    """A feature of pictures in the data files."""
    return {"dtype": "image", "shape": list(shape), "names": ["height", "width", "channels"]}


def film(shape: tuple[int, ...], fps: int) -> dict[str, Any]:
    """A feature of pictures in a film."""
    height, width = shape[:2]
    info = {
        "video.height": height,
        "video.width": width,
        "video.codec": "h264",
        "video.pix_fmt": "yuv420p",
        "video.is_depth_map": False,
        "video.fps": fps,
        "video.channels": 3,
        "has_audio": False,
    }
    return {**picture(shape), "dtype": "video", "info": info}


def info_of(
    features: Mapping[str, Any], *, fps: int, num_episodes: int, num_frames: int
) -> dict[str, Any]:
    """Content of `INFO`."""
    has_films = any(feature["dtype"] == "video" for feature in features.values())
    return {
        "codebase_version": VERSION,
        "robot_type": ROBOT,
        "total_episodes": num_episodes,
        "total_frames": num_frames,
        "total_tasks": 1,
        "chunks_size": FILES_IN_A_CHUNK,
        "data_files_size_in_mb": DATA_MB,
        "video_files_size_in_mb": VIDEO_MB,
        "fps": fps,
        "splits": {"train": f"0:{num_episodes}"},
        "data_path": DATA,
        "video_path": VIDEOS if has_films else None,
        "features": dict(features),
    }
