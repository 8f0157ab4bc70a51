"""A recording split in two: the first 80 % for training, the last 20 % for validation."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from donkeycar.tub import TubReader

TRAIN_SHARE = 0.8
LABELS = ("user/angle", "user/throttle")
# As 5.3 cuts its own.
CATALOG_RECORDS = 1000


class SplitTub:
    """The records of a tub that are not deleted, split into training and validation.

    Args:
        path: Folder of the tub.

    Attributes:
        name: Name of that folder.
        train: Records for training.
        validation: Records for validation.
        labels: What the driver did in the validation records, ``(records, 2)``.
        sessions: Number of the session of each validation record.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.reader = TubReader(path)
        records = self.reader.records()
        num_train = len(records) - round(len(records) * (1 - TRAIN_SHARE))
        self.train, self.validation = records[:num_train], records[num_train:]
        self.labels = np.array([[float(r[key]) for key in LABELS] for r in self.validation])
        names = [str(record.get("_session_id", "")) for record in self.validation]
        known = {name: number for number, name in enumerate(dict.fromkeys(names))}
        self.sessions = np.array([known[name] for name in names])

    def validation_frames(self) -> list[Path]:
        """Images of the validation records."""
        return [self.reader.image_path(record).resolve() for record in self.validation]

    def write_train(self, target: Path) -> None:
        """Write a tub v2 of the training records alone, with their images.

        Deleted records are not in it at all: nobody can disagree about them.
        """
        (target / "images").mkdir(parents=True)
        names = []
        for number, start in enumerate(range(0, len(self.train), CATALOG_RECORDS)):
            lines = []
            for index, record in enumerate(self.train[start : start + CATALOG_RECORDS], start):
                lines.append(json.dumps({**record, "_index": index}) + "\n")
                image = self.reader.image_path(record).resolve()
                shutil.copyfile(image, target / "images" / record["cam/image_array"])
            name = f"catalog_{number}.catalog"
            (target / name).write_text("".join(lines))
            catalog = {
                "created_at": 0.0,
                "line_lengths": [len(line) for line in lines],
                "path": f"{name}_manifest",
                "start_index": start,
            }
            (target / f"{name}_manifest").write_text(json.dumps(catalog))
            names.append(name)
        head = (self.path / "manifest.json").read_text().splitlines()[:4]
        end: dict[str, Any] = {
            "paths": names,
            "current_index": len(self.train),
            "max_len": CATALOG_RECORDS,
            "deleted_indexes": [],
        }
        (target / "manifest.json").write_text("\n".join([*head, json.dumps(end)]) + "\n")
