"""Loads a pilot from its files, and finds all its faults before it drives."""

import logging
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from donkeycar.commands import pip_install
from donkeycar.errors import PilotError
from donkeycar.pilots.files.bundle import Precision, sha256_of
from donkeycar.pilots.files.folds_file import holds_folds, read_folds
from donkeycar.pilots.files.litert_file import read_litert
from donkeycar.pilots.files.names import beside
from donkeycar.pilots.inference.candidate import Candidate, check_candidate, is_made_elsewhere
from donkeycar.pilots.inference.ensemble import Ensemble, LoadedPilot, cannot_drive_together
from donkeycar.pilots.inference.frames_fit import check_camera, cut_in_words, in_colour, seen_by
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.inference.pilot import NetworkPilot
from donkeycar.pilots.kinds.options import Options
from donkeycar.pilots.kinds.registry import PILOT_TYPES, pilot_type
from donkeycar.pilots.transform import Shape, Transforms, describe
from donkeycar.sandbox.cancellation import Cancellation
from donkeycar.sandbox.child import Child

logger = logging.getLogger(__name__)

# Time limit of the child that opens a file first. It limits its own work to 20 s; a slow SD card
# and a busy processor may double that.
TIMEOUT_S = 40.0

# Fingerprints of files that were opened in a child of this process without harm.
_harmless: set[str] = set()


def load_pilot(
    path: str | Path,
    *,
    type: str | None = None,
    camera_shape: tuple[int, int, int] | None = None,
    num_threads: int | None = None,
    precision: Precision | None = None,
    transforms: Transforms | None = None,
    options: Options | None = None,
    cancellation: Cancellation | None = None,
) -> LoadedPilot:
    """Open a model, or refuse it with one sentence if it cannot drive this car.

    The file is opened in a child process with limits first, then here. Its answers are compared
    with those of the computer where it was trained, if its sidecar contains them.

    Args:
        path: Any of the files of a pilot, or somebody's bare ``.tflite``. A path that ends in
            ``.fp16.tflite`` or ``.int8.tflite`` chooses that one. A folder that `donkey train
            --folds` wrote is all of its pilots, which answer together.
        type: Type of a bare file, such as ``linear``. A pilot that was trained here knows its
            own; ``None`` leaves it at that.
        camera_shape: Height, width and channels of this car's frames, to check before driving;
            one channel is a camera whose three are equal. ``None`` leaves the check to the first
            frame.
        num_threads: Threads per inference; ``None`` leaves two cores to the rest of the car.
        precision: Which of its LiteRT files drives; ``None`` is float32. A bare file drives as
            it is.
        transforms: What the settings of this car do to a frame. It is done for a bare file, which
            does not say what it was trained with; and it holds the code of those transforms of
            a pilot that its owner wrote.
        options: Of a bare file, such as the throttle range of its bins.
        cancellation: Ends the child from another thread; this then raises.

    Returns:
        The pilot, warmed up: a `NetworkPilot`, or an `Ensemble`.

    Raises:
        PilotError: If the file is missing, damaged, of another type, made for other frames, or
            does not answer as it did where it was trained.
    """
    path = Path(path).expanduser()
    wanted = _Wanted(type, camera_shape, num_threads, precision, transforms, options, cancellation)
    return _load_ensemble(path, wanted) if holds_folds(path) else _load_alone(path, wanted)


class _Wanted(NamedTuple):
    """What is wanted of a pilot: the arguments of `load_pilot`."""

    type: str | None
    camera_shape: Shape | None
    num_threads: int | None
    precision: Precision | None
    transforms: Transforms | None
    options: Options | None
    cancellation: Cancellation | None


def _load_ensemble(folder: Path, wanted: _Wanted) -> Ensemble:
    """Open all pilots of a folder of `donkey train --folds`, with the checks of a single pilot.

    Args:
        folder: A folder with ``folds.json``, which lists the pilots.
        wanted: What is wanted of each.

    Raises:
        PilotError: If the list is not valid, or one of its pilots cannot drive this car with the
            others.
    """
    folds = read_folds(folder)
    members = [_load_alone(path, wanted) for path in folds.pilots]
    try:
        return Ensemble(members, usual=folds.usual)
    except PilotError as error:
        raise cannot_drive_together(folder, error) from error


def _load_alone(path: Path, wanted: _Wanted) -> NetworkPilot:
    """Open one pilot: see `load_pilot`."""
    camera_shape = wanted.camera_shape
    found = check_candidate(
        path, type=wanted.type, camera_shape=camera_shape, precision=wanted.precision,
        transforms=wanted.transforms,
    )  # fmt: skip
    litert, info = found.litert, found.info
    interpreter = _open(litert, found.content, wanted.num_threads, wanted.cancellation)
    if info is None:
        return _bare_pilot(found, interpreter, wanted.options, camera_shape)
    kind = pilot_type(info.type)
    if interpreter.input_shape != info.network_shape:
        raise PilotError(
            f"{found.files.sidecar.name} speaks of frames of {describe(info.network_shape)}, but "
            f"the network in {litert.name} takes {describe(interpreter.input_shape)}."
        )
    pilot = NetworkPilot(interpreter, kind, info=info)
    if info.probe is not None:
        complaint = info.probe.check(pilot, info.variants[found.precision].tolerance)
        if complaint is not None:
            raise PilotError(
                f"{litert} does not answer here as it did where it was trained: {complaint}. "
                "Update donkeycar on both computers, or train it again here."
            )
    if is_made_elsewhere(info) and pilot.input_shape != in_colour(camera_shape):
        # The frames of its probe have the size that the network takes; the camera's may be larger.
        done, seen = seen_by(interpreter.input_shape, found.own_transforms, camera_shape)
        check_camera(path, seen, done, camera_shape, made_elsewhere=True)
        if done:
            _tell(path, done, interpreter.input_shape)
            info = replace(info, transforms=done, camera_shape=seen, probe=None)
            return NetworkPilot(interpreter, kind, info=info)
    return pilot


def _bare_pilot(
    found: Candidate,
    interpreter: LiteRTInterpreter,
    options: Options | None,
    camera_shape: Shape | None,
) -> NetworkPilot:
    """Make a pilot of a file without a sidecar."""
    path, kind = found.path, found.kind
    if kind is None:
        raise PilotError(
            f"{path} does not say what kind of pilot it is: {beside(path, '.json').name} is not "
            "beside it. Copy that from where the pilot was trained, or add --type. "
            f"{advice(interpreter)}"
        )
    done, seen = seen_by(interpreter.input_shape, found.own_transforms, camera_shape)
    check_camera(path, seen, done, camera_shape, made_elsewhere=True)
    try:
        pilot = NetworkPilot(interpreter, kind, options=options, transforms=done, camera_shape=seen)
    except PilotError as error:
        if kind.name in (fitting := types_that_fit(interpreter)):
            raise
        raise PilotError(f"{error} {advice(interpreter)}" if fitting else str(error)) from error
    _tell(path, done, interpreter.input_shape)
    return pilot


def _tell(path: Path, transforms: Transforms, network_shape: Shape) -> None:
    """Log that a border is cut off, because no setting asks for that directly."""
    cut = cut_in_words(transforms.to_json())
    if cut:
        logger.warning(
            "%s takes frames of %s: what %s says is cut off, as donkeycar 3 did",
            path.name,
            describe(network_shape),
            cut,
        )


def open_safely(litert: Path) -> tuple[bytes, LiteRTInterpreter]:
    """Open a LiteRT file after a child process with limits has.

    Returns:
        The content of the file, and the network.

    Raises:
        PilotError: If it is not a network with an image input, or does harm.
    """
    content = read_litert(litert)
    return content, _open(litert, content, None)


def _open(
    litert: Path,
    content: bytes,
    num_threads: int | None,
    cancellation: Cancellation | None = None,
) -> LiteRTInterpreter:
    """Open a file here after a child process has, unless a child did so since this process began.

    The list of harmless files is kept in memory only: on the disk, somebody who replaces models
    could replace the list, too.
    """
    sha256 = sha256_of(content)
    if sha256 in _harmless:
        return LiteRTInterpreter(litert, num_threads=num_threads, content=content)
    vet(litert, cancellation=cancellation)
    if sha256 not in _harmless:
        raise PilotError(f"{litert} changed while it was being opened. Try again.")
    return LiteRTInterpreter(litert, num_threads=num_threads, content=content)


def vet(litert: Path, *others: Path, cancellation: Cancellation | None = None) -> None:
    """Let a child process open files, and remember those that did no harm.

    Args:
        litert: A LiteRT file.
        others: More of them: each costs little beside the start of the child.
        cancellation: Ends the child from another thread.

    Raises:
        PilotError: If LiteRT is not installed, or one of them is not a network, or does harm.
    """
    paths = [str(path.absolute()) for path in others]
    child = Child(
        "donkeycar.sandbox.litert", litert, arguments=paths, stdin=litert, timeout_s=TIMEOUT_S,
        cancellation=cancellation,
    )  # fmt: skip
    try:
        import ai_edge_litert.interpreter  # noqa: F401, takes as long here as in the child
    except ImportError as error:
        child.close()
        raise PilotError(f"Pilots run on LiteRT: {pip_install('ai-edge-litert')}") from error
    opened = child.answer().get("sha256")
    meant = {sha256_of(read_litert(path)) for path in (litert, *others)}
    _harmless.update(meant.intersection(opened if isinstance(opened, list) else ()))


def types_that_fit(network: LiteRTInterpreter) -> list[str]:
    """Names of the types whose inputs and outputs fit a network; this runs the network once."""
    names = []
    for name, kind in PILOT_TYPES.items():
        with suppress(PilotError):
            NetworkPilot(network, kind)
            names.append(name)
    return names


def advice(network: LiteRTInterpreter) -> str:
    """Say which ``--type`` is possible."""
    names = types_that_fit(network)
    if not names:
        return "Its inputs and outputs fit no type of pilot: train another one."
    return f"Its inputs and outputs are those of --type {' or '.join(names)}."
