"""Removed names: modules and classes of earlier versions, and what to do instead.

This module is loaded only when a name of donkeycar is missing.
"""

import sys
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any

_CAMERA = "A camera is chosen by CAMERA_TYPE in myconfig.py; add_camera in manage.py adds it"
_CONTROLLER = (
    "A gamepad is chosen by CONTROLLER_TYPE and CONTROLLER_BINDINGS in myconfig.py; `donkey "
    "gamepad convert` makes them of a my_joystick.py"
)
_PAGE = "add_console in manage.py adds the drive page"
_DRIVETRAIN = (
    "A drivetrain is chosen by DRIVE_TRAIN_TYPE in myconfig.py, and only the guardian moves it: "
    "add_drivetrain in manage.py; docs/parts.md shows a drivetrain of your own"
)
_PILOT = (
    "donkeycar.pilots.load_pilot opens a pilot; `donkey train` makes one, `donkey convertmodel` "
    "converts one"
)
_TRAIN = "`donkey train` does that"
_TUB = "donkeycar.tub.open_tub reads a tub, add_recorder in manage.py records one"
_PICTURE = "TRANSFORMATIONS and AUGMENTATIONS in myconfig.py change pictures (docs/pictures.md)"
_SENSOR = "That device is not in this version: docs/parts.md shows a part of your own"
_NETWORK = "Nothing of the car is sent to other computers but the drive page"
_SIM = 'A simulator is built in: CAMERA_TYPE = DRIVE_TRAIN_TYPE = "SIM"'
_OWN = "docs/parts.md shows a part of your own that does it"
_COMMAND = "`donkey --help` lists the commands"
_CAR = "The manage.py of a car has a line for each part; docs/parts.md shows one of your own"

# Below `donkeycar`: what to do instead -> modules. Source: the folders of donkeycar 2.5 to 5.4.
_WAYS = {
    _DRIVETRAIN: "parts.actuator parts.pins parts.robohat parts.sombrero parts.teensy "
    "parts.serial_controller",
    _PAGE: "parts.web_controller",
    _PILOT: "parts.keras parts.tflite parts.interpreter parts.tensorrt parts.fastai parts.pytorch "
    "parts.coral parts.salient",
    _TRAIN: "pipeline.training pipeline.sequence pipeline.database pipeline.augmentations "
    "parts.augment parts.augmentations",
    _TUB: "parts.datastore_v2 parts.tub_wiper",
    _PICTURE: "parts.image_transformations parts.fast_stretch parts.transformer",
    _CAMERA: "parts.leopard_imaging parts.realsense2 parts.realsense435i parts.oak_d",
    _SENSOR: "parts.encoder parts.gps parts.gps_imu_fusion parts.imu parts.lidar parts.odometer "
    "parts.oled parts.pigpio_enc parts.serial_port parts.tachometer parts.tfmini "
    "parts.led_status parts.kinematics parts.pose parts.velocity",
    _NETWORK: "parts.network parts.ros parts.telemetry parts.voice_control",
    _SIM: "parts.dgym parts.simulation gym",
    _OWN: "parts.behavior parts.clock parts.explode parts.file_watcher parts.fps parts.graph "
    "parts.history parts.line_follower parts.localizer parts.logger "
    "parts.object_detector parts.path parts.perfmon parts.pipe parts.text_writer",
    _CAR: "templates.complete templates.basic templates.simulator templates.path_follow "
    "templates.cv_control templates.square templates.just_drive templates.arduino_drive "
    "templates.donkey2 templates.train templates.calibrate",
    _COMMAND: "management.base management.joystick_creator management.kivy_ui "
    "management.tub_web management.ui benchmarks contrib geom la log util utilities",
}
GONE = {f"donkeycar.{name}": way for way, names in _WAYS.items() for name in names.split()}

# Modules that were single files with classes, and are packages now.
_FOLDERS = {"donkeycar.parts.camera": _CAMERA, "donkeycar.parts.controller": _CONTROLLER}
# Names of modules that are here for the sake of owners' files, with fewer names than they had.
_LEFT_OUT = {
    "donkeycar.parts.cv": {
        _PICTURE: "ImgGreyscale ImgGRAY2RGB ImgGRAY2BGR ImgRGB2GRAY ImgBGR2GRAY ImgHSV2GRAY "
        "ImgHSV2RGB ImgRGB2HSV ImgHSV2BGR ImgBGR2HSV ImageRotateBound ImgCanny ImgGaussianBlur "
        "ImgSimpleBlur ImgTrapezoidalMask ImgTrapezoidalEdgeMask ImgCropMask Pipeline",
        _CAMERA: "CvCam CvImgFromFile",
        _PAGE: "CvImageView ArrowKeyboardControls",
    },
    "donkeycar.parts.datastore": {_TUB: "TubWriter TubReader TubHandler TubImageStacker "
        "TubTimeStacker TubGroup"},
    "donkeycar.parts.image": {_PICTURE: "StereoPair ImgStack Pipeline"},
    "donkeycar.parts.transform": {"scipy.optimize.minimize does what it did": "twiddle"},
    "donkeycar.parts.tub_v2": {_TUB: "TubWriter TubWiper"},
    "donkeycar.pipeline.types": {_TRAIN: "TubDataset Collator CachePolicy TubRecordDict"},
    "donkeycar.utils": {
        _PILOT: "get_model_by_type get_test_img",
        _TRAIN: "train_test_split gather_records gather_tubs gather_tub_paths expand_path_arg "
        "expand_path_mask",
        "subprocess.run does that": "run_shell_command kill",
        "shutil.make_archive does that": "zip_dir",
    },
}  # fmt: skip
LEFT_OUT = {
    f"{module}.{name}": way
    for module, ways in _LEFT_OUT.items()
    for way, names in ways.items()
    for name in names.split()
}
# Single names, where another way is better than that of their module.
_NAMES = {
    "donkeycar.parts.camera.BaseCamera": "docs/cameras.md shows a camera of your own",
    "donkeycar.parts.controller.LocalWebController": _PAGE,
    "donkeycar.parts.controller.WebFpv": _PAGE,
}

# The packages of donkeycar 2.6; a word of their names -> what to do instead.
PACKAGES = "donkeypart_"
_PACKAGES = {
    "controller": _CONTROLLER, "joystick": _CONTROLLER, "camera": _CAMERA, "keras": _PILOT,
    "actuator": _DRIVETRAIN, "pca9685": _DRIVETRAIN, "tub": _TUB, "": _OWN,
}  # fmt: skip

# What an old program of a car's folder is, and the way on.
_PROGRAMS = {
    "manage.py": "This manage.py is of such a version: donkey createcar --path . --overwrite "
    "writes a new one, keeps the old one beside it, and your settings",
    "drive.py": "This drive.py is of such a version: donkey createcar --path . --overwrite writes "
    "a manage.py, and your settings stay",
    "train.py": "This train.py is of such a version; instead of it: donkey train --tub data "
    "--model models/mypilot",
    "calibrate.py": "This calibrate.py is of such a version; instead of it: donkey calibrate",
}
# Such a program imports this first; no program of this version does.
_SIGN = "docopt"


class GoneModule(ModuleNotFoundError):
    """A module, or a class of one, that only earlier versions had."""


class GoneAttribute(AttributeError):
    """The same for access with a dot."""


def is_gone(name: str) -> bool:
    """Whether only earlier versions had a module, or a name in one."""
    return bool(way_on(name))


def way_on(name: str) -> str:
    """What to do instead of a name that only earlier versions had; "" for other names."""
    folder, _, last = name.rpartition(".")
    if folder in _FOLDERS and (last[:1].isupper() or last == "get_js_controller"):
        return _NAMES.get(name, _FOLDERS[folder])
    if name in LEFT_OUT:
        return LEFT_OUT[name]
    if name.startswith(PACKAGES):
        return next(way for word, way in _PACKAGES.items() if word in name.lower())
    return next((way for gone, way in GONE.items() if f"{name}.".startswith(f"{gone}.")), "")


def refuse_module(name: str) -> None:
    """Say what to do if a module, or a name of one, existed only in earlier versions.

    Raises:
        GoneModule: If it did.
    """
    if is_gone(name):
        _say_it_in_one_line()
        raise GoneModule(sentence(name))


def refuse_attribute(name: str) -> None:
    """The same for a name of the package, as in `dk.utilities`.

    Raises:
        GoneAttribute: If only earlier versions had it.
    """
    if is_gone(f"donkeycar.{name}"):
        _say_it_in_one_line()
        raise GoneAttribute(sentence(f"donkeycar.{name}"))


def missing(module: str, name: str) -> AttributeError:
    """The error for a name that a module does not have.

    Raises:
        GoneModule: If it is one that the module had in earlier versions.
    """
    refuse_module(f"{module}.{name}")
    return AttributeError(f"module {module!r} has no attribute {name!r}")


def sentence(name: str) -> str:
    """Say what happened to a name, and what to do."""
    file, line = _asking()
    gone = f"{name} was part of earlier versions of donkeycar and is not in this one"
    if file is not None and file.name in _PROGRAMS and _SIGN in _text(file):
        return f"{gone}. {_PROGRAMS[file.name]}"
    place = "" if file is None else f" ({file.name}:{line})"
    return f"{gone}{place}. {way_on(name)}"


def _asking() -> tuple[Path | None, int]:
    """The file and line that asked for the name: the first that is neither Python's nor ours."""
    here = str(Path(__file__).parent)
    frame = sys._getframe()
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((here, "<")):
            return Path(file), frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return None, 0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


@cache
def _say_it_in_one_line() -> None:
    """If this error ends a program, print only its sentence, without a traceback."""
    sys.excepthook = partial(_hook, sys.excepthook)


def _hook(
    before: Any, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if isinstance(error, GoneModule | GoneAttribute):
        sys.stderr.write(f"{Path(sys.argv[0]).name}: error: {error}\n")
    else:
        before(kind, error, trace)
