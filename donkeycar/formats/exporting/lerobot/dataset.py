"""LeRobot: writes a dataset of version 3.0, episode by episode."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.errors import ConfigError
from donkeycar.formats.exporting.lerobot import layout
from donkeycar.formats.exporting.lerobot.card import card
from donkeycar.formats.exporting.lerobot.episodes import Rhythm, episodes
from donkeycar.formats.exporting.lerobot.features import Features, features_of
from donkeycar.formats.exporting.lerobot.files import DataFiles, Films, arrow_schema, stored
from donkeycar.formats.exporting.lerobot.stats import (
    PictureCounts,
    flat,
    stats_of_numbers,
)
from donkeycar.formats.exporting.lerobot.tables import write_episodes, write_tasks
from donkeycar.formats.exporting.pictures import even, paces, usual_pace
from donkeycar.formats.exporting.selection import Frame, Progress, Selection

TASK = "Drive along the track."
STEERING, SPEED = "steering.pos", "throttle.vel"
# The longest step of a drive: half a second, or three steps of a slow camera.
STEP_S, STEPS = 0.5, 3
# A tub that was recorded that much faster or slower than the dataset would be a lie about time.
SAME_RATE = 0.1
# Frames that are written at a time.
BATCH = 200


def write(
    selection: Selection,
    out: Path,
    progress: Progress | None = None,
    *,
    video: bool = False,
    fps: float | None = None,
    resample: bool = False,
    pause_s: float | None = None,
    task: str = TASK,
    steering_name: str = STEERING,
    throttle_name: str = SPEED,
) -> dict[str, Any]:
    """Write a LeRobot dataset.

    Args:
        selection: The records; those without angle, throttle or a picture of the usual size are
            left out.
        out: The empty folder.
        progress: Called with the progress.
        video: Whether pictures become films; else their files are taken as they are.
        fps: Frames a second, a whole number; ``None`` takes the pace of the recording.
        resample: Whether frames are chosen at even times; else each record is one frame.
        pause_s: A longer step from record to record ends an episode, in seconds; ``None`` takes
            half a second, or three steps if they are longer.
        task: What the driver did, in words.
        steering_name: Name of the angle in action and state.
        throttle_name: Name of the throttle there.

    Raises:
        ConfigError: If an option is out of range, or does not fit the tubs.
        TubError: If the tubs have no pictures, angle or throttle.
        DeviceError: If a library is missing.
    """
    if not task.strip():
        raise ConfigError("`--task` must say what the driver did. Received: nothing")
    rhythm = _rhythm(selection, fps, resample, pause_s)
    features = features_of(
        selection,
        fps=rhythm.fps,
        video=video,
        steering_name=steering_name,
        throttle_name=throttle_name,
    )
    dataset = _Dataset(out, features, rhythm.fps, task)
    try:
        frames = features.usable(selection, selection.frames(progress))
        for episode in episodes(frames, rhythm, selection.left_out):
            dataset.add(episode)
    finally:
        dataset.close()
    facts = dataset.facts()
    if not facts["num_records"]:
        return facts
    timed = all(pace.is_timed for pace in rhythm.paces.values())
    dataset.describe(card(facts, rhythm, task=task, is_timed=timed))
    notes = [f"left out: the column {name}, because {why}" for name, why in features.lost.items()]
    if not timed and fps is None:
        notes.append(
            "the times of some records cannot come from a car, so their frames count as "
            f"{rhythm.fps} a second; --fps chooses another rate"
        )
    return {**facts, "fps": rhythm.fps, "resampled": resample, "notes": notes}


def _rhythm(
    selection: Selection, fps: float | None, resample: bool, pause_s: float | None
) -> Rhythm:
    """How frames become episodes, if that fits the tubs.

    Raises:
        ConfigError: If it does not.
    """
    if fps is not None and not (1 <= fps <= 1000 and float(fps).is_integer()):
        raise ConfigError(f"`--fps` must be a whole number, 1 to 1000. Received: --fps {fps:g}")
    if pause_s is not None and not pause_s > 0:
        raise ConfigError(f"`--pause-s` must be more than 0. Received: --pause-s {pause_s:g}")
    each = dict(paces(selection))
    rate = max(1, round(usual_pace(selection).rate_hz)) if fps is None else int(fps)
    for origin, pace in each.items():
        if not pace.is_timed and resample:
            raise ConfigError(
                f"`--resample` needs the times of a car. Received: {origin}, whose records have "
                "none. Leave it out"
            )
        if not pace.is_timed and fps is not None:
            each[origin] = pace._replace(rate_hz=float(rate))
        if pace.is_timed and not resample and abs(pace.rate_hz / rate - 1) > SAME_RATE:
            raise ConfigError(
                f"All tubs must have been recorded at about the rate of the dataset, {rate} a "
                f"second. Received: {origin}, at {pace.in_words} a second. Add --resample"
                f"{'' if len(each) == 1 else ', or export them one by one'}"
            )
    slowest_hz = min(pace.rate_hz for pace in each.values())
    return Rhythm(rate, each, pause_s or max(STEP_S, STEPS / slowest_hz), resample)


class _Dataset:
    """A dataset that grows by episodes."""

    def __init__(self, root: Path, features: Features, fps: int, task: str) -> None:
        self._root = root
        self._features = features
        self._fps = fps
        self._task = task
        self._schema = arrow_schema(features.kinds)
        self._data = DataFiles(root, self._schema)
        self._films = {
            column: Films(root, name, fps)
            for column, name in features.cameras.items()
            if features.kinds[name]["dtype"] == "video"
        }
        self._episodes: list[dict[str, Any]] = []
        self._numbers: dict[str, list[np.ndarray]] = {}
        self._pictures = {name: PictureCounts() for name in features.cameras.values()}
        self._num_frames = 0

    def add(self, frames: Iterator[Frame]) -> None:
        """Write one episode."""
        row: dict[str, Any] = {"episode_index": len(self._episodes), "tasks": [self._task]}
        places = layout.place(self._data.begin_episode())
        row |= {f"data/{name}": number for name, number in places.items()}
        begins = {}
        for column, films in self._films.items():
            number, begins[column] = films.begin_episode()
            prefix = f"videos/{self._features.cameras[column]}"
            row |= {f"{prefix}/{name}": value for name, value in layout.place(number).items()}
        counts = {name: PictureCounts() for name in self._pictures}
        written = self._write(frames, len(self._episodes), counts)
        length = len(written)
        for column, begin_s in begins.items():
            prefix = f"videos/{self._features.cameras[column]}"
            row[f"{prefix}/from_timestamp"] = begin_s
            row[f"{prefix}/to_timestamp"] = begin_s + length / self._fps
        row |= {
            "length": length,
            "dataset_from_index": self._num_frames,
            "dataset_to_index": self._num_frames + length,
        }
        self._num_frames += length
        row |= flat(self._stats(written, counts))
        self._episodes.append(row)

    def _write(
        self, frames: Iterator[Frame], episode: int, counts: dict[str, PictureCounts]
    ) -> list[dict[str, Any]]:
        """Write the frames of an episode; returns what they hold beside pictures."""
        written: list[dict[str, Any]] = []
        batch: list[dict[str, Any]] = []
        size = 0
        before: list[float] | None = None
        for number, frame in enumerate(frames):
            action = self._features.action(frame) or []
            values = {name: frame.values[column] for column, name in self._features.others.items()}
            values |= {
                # What the wheels did when the picture was taken: the order before this one.
                layout.STATE: before or action,
                layout.ACTION: action,
                "timestamp": float(np.float32(number / self._fps)),
                "frame_index": number,
                "episode_index": episode,
                "index": self._num_frames + number,
                "task_index": 0,
            }
            before = action
            images = self._images(frame, number, counts)
            size += sum(len(image["bytes"]) for image in images.values())
            written.append(values)
            batch.append({**values, **images})
            if len(batch) == BATCH:
                self._data.add(batch, size)
                batch, size = [], 0
        self._data.add(batch, size)
        return written

    def _images(
        self, frame: Frame, number: int, counts: dict[str, PictureCounts]
    ) -> dict[str, dict[str, Any]]:
        """The image files of a frame; pictures of films go there."""
        files = {}
        for column, name in self._features.cameras.items():
            image = frame.images[column]
            counts[name].look(image.array)
            if column in self._films:
                self._films[column].add(even(image.array))
            else:
                data = stored(image, self._features.shapes[column])
                files[name] = {"bytes": data, "path": f"frame-{number:06}.{image.ending}"}
        return files

    def _stats(
        self, written: list[dict[str, Any]], counts: dict[str, PictureCounts]
    ) -> dict[str, Any]:
        stats: dict[str, Any] = {}
        for name, feature in self._features.kinds.items():
            if name in counts:
                stats[name] = counts[name].stats()
                self._pictures[name].add(counts[name])
            elif feature["dtype"] != "string":
                numbers = np.array([row[name] for row in written]).reshape(len(written), -1)
                self._numbers.setdefault(name, []).append(numbers)
                stats[name] = stats_of_numbers(numbers)
        return stats

    def close(self) -> None:
        """Complete the files of frames and films."""
        self._data.close()
        for films in self._films.values():
            films.close()

    def facts(self) -> dict[str, Any]:
        """What was written."""
        return {"num_records": self._num_frames, "num_episodes": len(self._episodes)}

    def describe(self, readme: str) -> None:
        """Write the files that describe the dataset."""
        write_tasks(self._root / layout.TASKS, [self._task])
        write_episodes(self._root, self._episodes)
        stats = {
            name: stats_of_numbers(np.concatenate(all_)) for name, all_ in self._numbers.items()
        }
        stats |= {name: counts.stats() for name, counts in self._pictures.items()}
        info = layout.info_of(
            self._features.kinds,
            fps=self._fps,
            num_episodes=len(self._episodes),
            num_frames=self._num_frames,
        )
        for name, content in ((layout.INFO, info), (layout.STATS, stats)):
            text = json.dumps(content, indent=4, ensure_ascii=False)
            (self._root / name).write_text(text, encoding="utf-8")
        (self._root / "README.md").write_text(readme, encoding="utf-8")
