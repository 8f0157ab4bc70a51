"""Names of pilots and models: their endings, and what a file is by its first bytes.

People put dots into names (``lr_0.001``, ``track_v2.1``): only known endings are endings, all else
is part of the name. And a name may lie about what is in a file, so what matters is read there.
"""

from pathlib import Path
from typing import Literal

Precision = Literal["float32", "float16", "int8"]
# What an owner writes to leave it open: see `donkeycar.pilots.inference.precision_choice`.
AUTO = "auto"

# Of the files of a pilot.
ENDINGS = (".keras", ".tflite", ".json")
# What stands between the name of a pilot and `.tflite`.
MARKS: dict[Precision, str] = {"float32": "", "float16": ".fp16", "int8": ".int8"}
# Of models in other formats, and of what training keeps beside a pilot.
OTHER_ENDINGS = (
    ".h5", ".hdf5", ".savedmodel", ".pb", ".onnx", ".pt", ".pth", ".ckpt", ".trt", ".engine",
    ".uff", ".weights", ".checkpoint", ".png",
)  # fmt: skip

Kind = Literal["keras", "hdf5", "litert", "saved_model", ""]
# The first bytes of each kind of file, and where they are. Sources: .ZIP File Format Specification
# 4.3.7; HDF5 File Format Specification, superblock; `file_identifier` in schema.fbs of LiteRT.
MAGIC: dict[Kind, tuple[int, bytes]] = {
    "keras": (0, b"PK\x03\x04"),
    "hdf5": (0, b"\x89HDF\r\n\x1a\n"),
    "litert": (4, b"TFL3"),
}
SAVED_MODEL = "saved_model.pb"
# What a damaged file, or one that is not there, was meant to be.
MEANT: dict[str, Kind] = {
    ".keras": "keras", ".tflite": "litert", ".h5": "hdf5", ".hdf5": "hdf5",
    ".savedmodel": "saved_model",
}  # fmt: skip


def ending_of(path: Path) -> str:
    """The ending of a pilot or of a model in another format, in small letters; "" for none.

    Example:
        >>> ending_of(Path("lr_0.001")), ending_of(Path("lr_0.001.int8.tflite"))
        ('', '.tflite')
    """
    name = path.name.lower()
    return next((end for end in (*ENDINGS, *OTHER_ENDINGS) if name.endswith(end)), "")


def title_of(path: Path) -> str:
    """The name without its ending; what the file computes in stays.

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
    """What the name of a LiteRT file says it computes in; ``None`` if it says nothing."""
    title = title_of(path)
    return next((name for name, mark in MARKS.items() if mark and title.endswith(mark)), None)


def meant_as(path: Path) -> Kind:
    """What a file is, or, if that cannot be told, what its ending says."""
    return kind_of(path) or MEANT.get(ending_of(path), "")


def kind_of(path: Path) -> Kind:
    """What a file or folder is, by what is in it; "" for what is not a model.

    Only a few bytes are read, and nothing but plain files and folders is looked at.
    """
    if path.is_dir():
        return "saved_model" if (path / SAVED_MODEL).is_file() else ""
    if not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError:
        return ""
    return next((kind for kind, (at, magic) in MAGIC.items() if start[at:].startswith(magic)), "")
