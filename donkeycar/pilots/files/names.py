"""Names of pilots and models: their endings, and the format of a file by its first bytes.

People put dots into names (``lr_0.001``, ``track_v2.1``), so only known endings are cut off. A name
may be wrong about the content of a file, so the format is read from the file.
"""

from pathlib import Path
from typing import Literal

Precision = Literal["float32", "float16", "int8"]
# The word of an owner who leaves the choice open: see
# `donkeycar.pilots.inference.precision_choice`.
AUTO = "auto"

# Endings of the files of a pilot.
ENDINGS = (".keras", ".tflite", ".json")
# The part between the name of a pilot and `.tflite`.
MARKS: dict[Precision, str] = {"float32": "", "float16": ".fp16", "int8": ".int8"}
# Endings of models in other formats, and of files that training keeps beside a pilot.
REPLAY = ".replay.h5"  # how a training went, for `donkey replay`; HDF5, but no model
OTHER_ENDINGS = (
    REPLAY, ".h5", ".hdf5", ".savedmodel", ".pb", ".onnx", ".pt", ".pth", ".ckpt", ".trt",
    ".engine", ".uff", ".weights", ".checkpoint", ".png",
)  # fmt: skip

Kind = Literal["keras", "hdf5", "litert", "saved_model", ""]
# The first bytes of each kind of file, and their position. Sources: .ZIP File Format Specification
# 4.3.7; HDF5 File Format Specification, superblock; `file_identifier` in schema.fbs of LiteRT.
MAGIC: dict[Kind, tuple[int, bytes]] = {
    "keras": (0, b"PK\x03\x04"),
    "hdf5": (0, b"\x89HDF\r\n\x1a\n"),
    "litert": (4, b"TFL3"),
}
SAVED_MODEL = "saved_model.pb"
# The intended format of a damaged or missing file.
MEANT: dict[str, Kind] = {
    ".keras": "keras", ".tflite": "litert", ".h5": "hdf5", ".hdf5": "hdf5",
    ".savedmodel": "saved_model",
}  # fmt: skip


def ending_of(path: Path) -> str:
    """The ending of a pilot or of a model in another format, in lower case; "" for none.

    Example:
        >>> ending_of(Path("lr_0.001")), ending_of(Path("lr_0.001.int8.tflite"))
        ('', '.tflite')
    """
    name = path.name.lower()
    return next((end for end in (*ENDINGS, *OTHER_ENDINGS) if name.endswith(end)), "")


def title_of(path: Path) -> str:
    """The name without its ending, but with the precision.

    Example:
        >>> title_of(Path("models/lr_0.001.int8.tflite"))
        'lr_0.001.int8'
    """
    return path.name[: len(path.name) - len(ending_of(path))]


def name_of(path: Path) -> str:
    """The name that the files of a pilot have in common.

    Example:
        >>> name_of(Path("models/lr_0.001.int8.tflite")), name_of(Path("models/lr_0.001"))
        ('lr_0.001', 'lr_0.001')
    """
    mark = MARKS[precision_of(path) or "float32"] if ending_of(path) == ".tflite" else ""
    return title_of(path).removesuffix(mark)


def beside(path: Path, ending: str) -> Path:
    """A file of the same name with another ending.

    Example:
        >>> beside(Path("models/lr_0.001.int8.tflite"), ".json").name
        'lr_0.001.json'
    """
    return path.with_name(name_of(path) + ending)


def precision_of(path: Path) -> Precision | None:
    """The precision in the name of a LiteRT file; ``None`` if it has none."""
    title = title_of(path)
    return next((name for name, mark in MARKS.items() if mark and title.endswith(mark)), None)


def meant_as(path: Path) -> Kind:
    """The format of a file, from its content or else from its ending."""
    return kind_of(path) or MEANT.get(ending_of(path), "")


def kind_of(path: Path) -> Kind:
    """The format of a file or folder, from its content; "" if it is not a model.

    It reads only a few bytes, and only plain files and folders.
    """
    if path.is_dir():
        return "saved_model" if (path / SAVED_MODEL).is_file() else ""
    if not path.is_file() or ending_of(path) == REPLAY:
        return ""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError:
        return ""
    return next((kind for kind, (at, magic) in MAGIC.items() if start[at:].startswith(magic)), "")
