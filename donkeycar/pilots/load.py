"""From the files of a pilot to one that may drive: everything that can be wrong is found here."""

from pathlib import Path

from donkeycar.errors import PilotError
from donkeycar.pilots.bundle import (
    PilotFiles,
    PilotInfo,
    Precision,
    precision_of,
    read_info,
    sha256_of,
)
from donkeycar.pilots.interpreter import LiteRTInterpreter, read_litert
from donkeycar.pilots.pilot import Pilot, describe
from donkeycar.pilots.registry import PilotType, pilot_type
from donkeycar.pilots.transform import Shape
from donkeycar.sandbox.child import Child

# Of the child that opens a file first. It limits its own work to 20 s; a slow SD card and a busy
# processor may double that.
TIMEOUT_S = 40.0

# Fingerprints of files that were opened in a child of this process and did no harm.
_harmless: set[str] = set()


def load_pilot(
    path: str | Path,
    *,
    type: str | None = None,
    camera_shape: tuple[int, int, int] | None = None,
    num_threads: int | None = None,
    precision: Precision | None = None,
) -> Pilot:
    """Open a model and refuse, in one sentence, what cannot drive this car.

    The file is opened in a child process with limits first, then here. Its answers are compared
    with those it gave where it was trained, if its sidecar has them.

    Args:
        path: Any of the files of a pilot, or somebody's bare ``.tflite``. A path that ends in
            ``.fp16.tflite`` or ``.int8.tflite`` chooses that one.
        type: Type of a bare file, such as ``linear``. A pilot that was trained here knows its
            own; ``None`` leaves it at that.
        camera_shape: Height, width and channels of this car's frames, to check before driving;
            ``None`` leaves the check to the first frame.
        num_threads: Threads per inference; ``None`` leaves two cores to the rest of the car.
        precision: Which of its LiteRT files drives; ``None`` is float32. A bare file drives as
            it is.

    Returns:
        The pilot, warmed up.

    Raises:
        PilotError: If the file is missing, damaged, of another type, made for other frames, or
            does not answer as it did where it was trained.
    """
    path = Path(path).expanduser()
    files = PilotFiles.of(path)
    if not path.exists() and not (path.suffix == "" and any(f.exists() for f in files)):
        raise PilotError(f"There is no model {path}. Run `donkey train` to make one.")
    info, kind = _identify(files, path, type)
    chosen = _chosen(path, precision if info is not None else None)
    litert = path if info is None and path.suffix == ".tflite" else files.variant(chosen)
    if not litert.exists():
        raise PilotError(
            f"A car drives with {litert.name}, and it is not beside {path}. Copy it from "
            "where the pilot was trained, or run `donkey train` again, which writes it."
        )
    if info is not None:
        _check_camera(path, info.camera_shape, camera_shape)
    content = read_litert(litert)
    sha256 = sha256_of(content)
    if info is not None:
        _check_belongs(files, info, litert, chosen, sha256)
    interpreter = _open(litert, content, sha256, num_threads)
    if info is None:
        _check_camera(path, interpreter.input_shape, camera_shape)
    elif interpreter.input_shape != info.network_shape:
        raise PilotError(
            f"{files.sidecar.name} speaks of frames of {describe(info.network_shape)}, but the "
            f"network in {litert.name} takes {describe(interpreter.input_shape)}."
        )
    pilot = Pilot(interpreter, kind, info=info)
    if info is not None and info.probe is not None:
        complaint = info.probe.check(pilot, info.variants[chosen].tolerance)
        if complaint is not None:
            raise PilotError(
                f"{litert} does not answer here as it did where it was trained: {complaint}. "
                "Update donkeycar on both computers, or train it again here."
            )
    return pilot


def _chosen(path: Path, precision: Precision | None) -> Precision:
    """Which variant is meant: the one that is named, else the one that is wanted."""
    named = precision_of(path) if path.suffix == ".tflite" else None
    return named or precision or "float32"


def _open(litert: Path, content: bytes, sha256: str, num_threads: int | None) -> LiteRTInterpreter:
    """Open a file here after a child has, unless one did since this process began.

    Which files are harmless is remembered in memory only: on the disk, somebody who exchanges
    models could exchange that as well.
    """
    if sha256 in _harmless:
        return LiteRTInterpreter(litert, num_threads=num_threads, content=content)
    child = Child("donkeycar.sandbox.litert", litert, stdin=litert, timeout_s=TIMEOUT_S)
    try:
        import ai_edge_litert.interpreter  # noqa: F401, takes as long here as in the child
    except ImportError as error:
        child.close()
        raise PilotError("Pilots run on LiteRT: pip install ai-edge-litert") from error
    if child.answer().get("sha256") != sha256:
        raise PilotError(f"{litert} changed while it was being opened. Try again.")
    _harmless.add(sha256)
    return LiteRTInterpreter(litert, num_threads=num_threads, content=content)


def _check_camera(path: Path, wanted: Shape, given: tuple[int, int, int] | None) -> None:
    """Refuse a camera whose frames the pilot does not know."""
    if given is not None and tuple(given) != wanted:
        raise PilotError(
            f"{path} drives with frames of {describe(wanted)}, but this car's camera gives "
            f"{describe(given)}. Set IMAGE_W={wanted[1]}, IMAGE_H={wanted[0]} and "
            f"IMAGE_DEPTH={wanted[2]} in myconfig.py, or train on frames of this camera."
        )


def _identify(
    files: PilotFiles, path: Path, type: str | None
) -> tuple[PilotInfo | None, PilotType]:
    """Find out what kind of pilot this is."""
    if not files.sidecar.exists():
        if type is None:
            raise PilotError(
                f"{path} does not say what kind of pilot it is. Say it with --type, for "
                "example --type linear."
            )
        return None, pilot_type(type)
    info = read_info(files.sidecar)
    kind = pilot_type(info.type)
    if type is not None and pilot_type(type) is not kind:
        raise PilotError(f"{path} is a {kind.name} pilot. Received: type={type!r}")
    return info, kind


def _check_belongs(
    files: PilotFiles, info: PilotInfo, litert: Path, chosen: Precision, sha256: str
) -> None:
    """Refuse a LiteRT file that its sidecar does not know."""
    known = info.variants.get(chosen)
    if known is None:
        raise PilotError(
            f"{files.sidecar.name} knows no {chosen} file, only {', '.join(info.variants)}. "
            "Train the pilot again, which writes all three, or set PILOT_PRECISION to another."
        )
    if known.sha256 != sha256:
        raise PilotError(
            f"{files.sidecar.name} belongs to another {litert.name} than the one beside it. "
            "Copy both from where the pilot was trained."
        )
