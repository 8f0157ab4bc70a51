"""Cameras that show files."""

import shutil
import tempfile
from pathlib import Path

from PIL import Image as Picture

from benchmarks.safety.rigs.rig import Rig
from donkeycar.tub import TubWriter

FRAMES = 4


class FilesRig(Rig):
    """A folder of files that show the scene."""

    breaks = False
    unbreakable = "it shows files: none of its frames comes from the road"
    repeats = True

    def open(self) -> None:
        """Make the folder."""
        self.folder = Path(tempfile.mkdtemp())
        self._undo.callback(shutil.rmtree, self.folder, ignore_errors=True)


class ImageListRig(FilesRig):
    """`CAMERA_TYPE = "IMAGE_LIST"`."""

    def open(self) -> None:
        """Write pictures."""
        super().open()
        for number in range(FRAMES):
            Picture.fromarray(self.scene(number)).save(self.folder / f"{number}.png")
        self.settings["PATH_MASK"] = str(self.folder / "*.png")

    def fail(self) -> None:
        """As a memory card that is pulled out."""
        for path in self.folder.glob("*.png"):
            path.unlink()

    def absent(self) -> None:
        """No picture matches."""
        self.settings["PATH_MASK"] = str(self.folder / "*.jpg")


class TubRig(FilesRig):
    """`CAMERA_TYPE = "TUB"`."""

    def open(self) -> None:
        """Record."""
        super().open()
        path = self.folder / "tub"
        writer = TubWriter(path, ["cam/image_array"], ["image_array"])
        for number in range(FRAMES):
            writer.append({"cam/image_array": self.scene(number)})
        writer.close()
        self.settings["CAMERA_TUB"] = str(path)

    def fail(self) -> None:
        """As a memory card that is pulled out."""
        shutil.rmtree(self.folder / "tub")

    def absent(self) -> None:
        """There is no tub."""
        self.settings["CAMERA_TUB"] = str(self.folder / "none")
