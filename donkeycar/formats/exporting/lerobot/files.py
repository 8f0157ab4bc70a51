"""Data files and films of a LeRobot dataset: a new one begins before the old one is too large."""

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from donkeycar.formats.exporting.lerobot import layout
from donkeycar.formats.exporting.selection import Image
from donkeycar.video import VideoFile

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

# A reader can begin at every second frame: what LeRobot's own films have.
EVERY_KEY = 2
PNG_LEVEL = 1


def arrow_schema(features: dict[str, Any]) -> "pa.Schema":
    """The schema of the data files, as the datasets library of Hugging Face writes it."""
    import pyarrow as pa

    fields, known = [], {}
    for name, feature in features.items():
        dtype, (length, *_) = feature["dtype"], feature["shape"]
        if dtype == "video":
            continue
        if dtype == "image":
            fields.append((name, pa.struct([("bytes", pa.binary()), ("path", pa.string())])))
            known[name] = {"_type": "Image"}
            continue
        plain = pa.type_for_alias(dtype)
        value: dict[str, Any] = {"dtype": dtype, "_type": "Value"}
        if length > 1:
            value = {"feature": value, "length": length, "_type": "List"}
        fields.append((name, pa.list_(plain, length) if length > 1 else plain))
        known[name] = value
    info = json.dumps({"info": {"features": known}})
    return pa.schema(fields, metadata={"huggingface": info})


def stored(image: Image, shape: tuple[int, ...]) -> bytes:
    """The image file for the dataset: as it is, but in colour, which a grey JPEG is not."""
    from PIL import Image as Pillow

    with Pillow.open(io.BytesIO(image.data)) as opened:
        if opened.mode == "RGB":
            return image.data
    buffer = io.BytesIO()
    Pillow.fromarray(image.array.reshape(shape)).save(buffer, "PNG", compress_level=PNG_LEVEL)
    return buffer.getvalue()


class DataFiles:
    """Parquet files of frames, one after the other; an episode never lies in two.

    Args:
        root: Folder of the dataset.
        schema: Their schema.
    """

    def __init__(self, root: Path, schema: "pa.Schema") -> None:
        self.number = -1
        self._root = root
        self._schema = schema
        self._writer: pq.ParquetWriter | None = None
        self._size = 0
        self._episode_size = self._largest = 0

    def begin_episode(self) -> int:
        """Number of the file that the next episode goes to."""
        import pyarrow.parquet as pq

        self._largest = max(self._largest, self._episode_size)
        if self._writer is None or self._size + self._largest > layout.DATA_MB * 1e6:
            self.close()
            self.number += 1
            path = self._root / layout.DATA.format(**layout.place(self.number))
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(path, self._schema, compression="snappy")
            self._size = 0
        self._episode_size = 0
        return self.number

    def add(self, rows: list[dict[str, Any]], num_bytes: int) -> None:
        """Write frames of the current episode.

        Args:
            rows: The frames.
            num_bytes: Size of their image files, the rest is small beside it.
        """
        import pyarrow as pa

        if self._writer is not None:
            self._writer.write_table(pa.Table.from_pylist(rows, schema=self._schema))
        self._size += num_bytes
        self._episode_size += num_bytes

    def close(self) -> None:
        """Complete the last file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class Films:
    """Films of one camera, one after the other; an episode never lies in two.

    Args:
        root: Folder of the dataset.
        name: The feature.
        fps: Frames a second.
    """

    def __init__(self, root: Path, name: str, fps: int) -> None:
        self.number = -1
        self._root = root
        self._name = name
        self._fps = fps
        self._film: VideoFile | None = None
        self._starts = False
        self._size_before = self._largest = 0

    def begin_episode(self) -> tuple[int, float]:
        """Number of the film that the next episode goes to, and when it begins there."""
        size = self._film.num_bytes if self._film is not None else 0
        self._largest = max(self._largest, size - self._size_before)
        if self._film is None or self._is_full(size):
            self.close()
            self.number += 1
            place = layout.place(self.number)
            path = self._root / layout.VIDEOS.format(video_key=self._name, **place)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._film = VideoFile(path, rate_hz=self._fps, every_key=EVERY_KEY, extra="formats")
            size = 0
        self._size_before = size
        self._starts = True
        return self.number, self._film.num_frames / self._fps

    def add(self, picture: Any) -> None:
        """Write a frame of the current episode."""
        if self._film is not None:
            self._film.add(picture, key=self._starts)
            self._starts = False

    def close(self) -> None:
        """Complete the last film."""
        if self._film is not None:
            self._film.close()
            self._film = None

    def _is_full(self, size: int) -> bool:
        if self._film is None or not self._film.num_frames:
            return False
        too_long = self._film.num_frames / self._fps >= layout.LONGEST_S
        return too_long or size + self._largest > layout.VIDEO_MB * 1e6
