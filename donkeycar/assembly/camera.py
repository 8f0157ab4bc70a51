"""Adds the camera, from a table with one row per camera, and the world of a simulated car."""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from donkeycar.assembly.channel import Channel
from donkeycar.assembly.drivetrain.table import DRIVETRAINS
from donkeycar.assembly.motion import MOTION_CHANNELS
from donkeycar.assembly.recipe import Recipe, row_for
from donkeycar.assembly.stereo import STEREO_CHANNELS, make_pair
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.lazy import named
from donkeycar.timing import Clock, RealClock, SimulatedClock
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.parts.needs import Library
    from donkeycar.sim.world import World

logger = logging.getLogger(__name__)


class CameraRow(NamedTuple):
    """A row of `CAMERAS`: everything that depends on a word of `CAMERA_TYPE`, except its settings.

    Its settings and their comments are the row of the same word in
    `donkeycar.settings.rows.camera`.

    Attributes:
        recipe: How to build its part.
        probe: How `donkey doctor` finds the hardware without opening it: a function that takes
            `run` and returns a `Finding`. ``None`` if there is no hardware: then its frames are as
            old as `CAMERA_LATENCY_S` says, and it is built to check whether its files exist.
        libraries: ``"module:NAME"`` of the `Library` rows that the owner must install; "" if
            donkeycar contains everything.
        in_world: Whether it shows the simulated world.
        channels: What it writes besides frame, time and number, in order: depth, for example. One
            with a `tub_type` is recorded.
        is_wanted: Whether the settings ask for one of `channels`; ``None`` writes all.
    """

    recipe: Recipe
    probe: Recipe | None = None
    libraries: str = ""
    in_world: bool = False
    channels: Mapping[str, Channel] = {}
    is_wanted: Callable[[Config, str], bool] | None = None

    @property
    def is_real(self) -> bool:
        """Whether it needs hardware."""
        return self.probe is not None

    def written(self, cfg: Config) -> list[str]:
        """What it writes besides frame, time and number with these settings, in order."""
        asked = self.is_wanted
        return [name for name in self.channels if asked is None or asked(cfg, name)]

    def needed(self) -> "tuple[Library, ...]":
        """The libraries that the owner must install; found without importing them."""
        found: tuple[Library, ...] = named(self.libraries) if self.libraries else ()
        return found


def _size(cfg: Config) -> dict[str, Any]:
    return {"width_px": cfg.IMAGE_W, "height_px": cfg.IMAGE_H}


def _frames(cfg: Config, clock: Clock) -> dict[str, Any]:
    grey = cfg.IMAGE_DEPTH == 1
    return {**_size(cfg), "grey": grey, "framerate_hz": cfg.CAMERA_FRAMERATE, "clock": clock}


def _latency(cfg: Config) -> dict[str, Any]:
    from donkeycar.parts.camera.latency import Latency

    latency = Latency(cfg.CAMERA_LATENCY_S, jitter_s=cfg.CAMERA_JITTER_S, seed=cfg.SIM_SEED)
    return {"latency": latency}


# Two rates that are meant to be equal may be written differently: 20 and 19.98.
PROMPT_SHARE = 1.05

_SETTINGS = {
    "width_px": "IMAGE_W", "height_px": "IMAGE_H", "framerate_hz": "CAMERA_FRAMERATE",
    "rate_hz": "CAMERA_FRAMERATE",
    "path_mask": "PATH_MASK", "path": "CAMERA_TUB", "camera_index": "CAMERA_INDEX",
    "exposure_ms": "CAMERA_EXPOSURE_MS", "white_balance_k": "CAMERA_WHITE_BALANCE_K",
    "source": "CAMERA_SOURCE", "flip": "CSIC_CAM_GSTREAMER_FLIP_PARM", "gain": "CAMERA_GAIN",
    "red_gain": "CAMERA_RED_GAIN", "blue_gain": "CAMERA_BLUE_GAIN",
}  # fmt: skip

_DEPTH = Channel(
    "uint16 array (height, width)", "distance of each pixel of the frame, in mm; 0 is not measured",
    ["add_camera"], ["add_recorder"], tub_type="gray16_array",
)  # fmt: skip

_USB = CameraRow(
    Recipe(
        "donkeycar.parts.camera.v4l:V4LCamera",
        lambda cfg, clock, world: {
            "source": cfg.CAMERA_SOURCE,
            **_frames(cfg, clock),
            "hflip": cfg.CAMERA_HFLIP,
            "vflip": cfg.CAMERA_VFLIP,
            "camera_index": cfg.CAMERA_INDEX,
            "exposure_ms": cfg.CAMERA_EXPOSURE_MS,
            "white_balance_k": cfg.CAMERA_WHITE_BALANCE_K,
            "gain": cfg.CAMERA_GAIN,
        },
        settings=_SETTINGS,
    ),
    probe=Recipe(
        "donkeycar.parts.camera.v4l2_nodes:probe",
        lambda cfg, clock, world: {
            "source": cfg.CAMERA_SOURCE,
            "camera_index": cfg.CAMERA_INDEX,
        },
    ),
)

_D435_CHANNELS = {"cam/depth_array": _DEPTH, **MOTION_CHANNELS}

CAMERAS = {
    "PICAM": CameraRow(
        Recipe(
            "donkeycar.parts.camera.picamera:PiCamera",
            lambda cfg, clock, world: {
                **_frames(cfg, clock),
                "hflip": cfg.CAMERA_HFLIP,
                "vflip": cfg.CAMERA_VFLIP,
                "camera_index": cfg.CAMERA_INDEX,
                "exposure_ms": cfg.CAMERA_EXPOSURE_MS,
                "gain": cfg.CAMERA_GAIN,
                "white_balance_k": cfg.CAMERA_WHITE_BALANCE_K,
                "red_gain": cfg.CAMERA_RED_GAIN,
                "blue_gain": cfg.CAMERA_BLUE_GAIN,
            },
            settings=_SETTINGS,
        ),
        probe=Recipe(
            "donkeycar.parts.camera.picamera:probe",
            lambda cfg, clock, world: {"camera_index": cfg.CAMERA_INDEX},
        ),
        libraries="donkeycar.parts.camera.picamera:LIBRARIES",
    ),
    "V4L": _USB,
    "CVCAM": _USB,
    "WEBCAM": _USB,
    "CSIC": CameraRow(
        Recipe(
            "donkeycar.parts.camera.csic:CSICamera",
            lambda cfg, clock, world: {
                **_frames(cfg, clock),
                "hflip": cfg.CAMERA_HFLIP,
                "vflip": cfg.CAMERA_VFLIP,
                "camera_index": cfg.CAMERA_INDEX,
                "flip": cfg.CSIC_CAM_GSTREAMER_FLIP_PARM,
                "exposure_ms": cfg.CAMERA_EXPOSURE_MS,
                "gain": cfg.CAMERA_GAIN,
                "white_balance_k": cfg.CAMERA_WHITE_BALANCE_K,
            },
            settings=_SETTINGS,
        ),
        probe=Recipe(
            "donkeycar.parts.camera.csic:probe",
            lambda cfg, clock, world: {"camera_index": cfg.CAMERA_INDEX},
        ),
        libraries="donkeycar.parts.camera.csic:LIBRARIES",
    ),
    "STREAM": CameraRow(
        Recipe(
            "donkeycar.parts.camera.stream:StreamCamera",
            lambda cfg, clock, world: {
                "source": cfg.CAMERA_SOURCE,
                **_frames(cfg, clock),
                "hflip": cfg.CAMERA_HFLIP,
                "vflip": cfg.CAMERA_VFLIP,
            },
            settings=_SETTINGS,
        ),
        probe=Recipe(
            "donkeycar.parts.camera.stream:probe",
            lambda cfg, clock, world: {"source": cfg.CAMERA_SOURCE},
        ),
        libraries="donkeycar.parts.camera.stream:LIBRARIES",
    ),
    "OAKD": CameraRow(
        Recipe(
            "donkeycar.parts.camera.oakd:OakDCamera",
            lambda cfg, clock, world: {
                **_frames(cfg, clock),
                "hflip": cfg.CAMERA_HFLIP,
                "vflip": cfg.CAMERA_VFLIP,
                "device_id": cfg.OAKD_ID,
                "colour": cfg.OAKD_RGB,
                "depth": cfg.OAKD_DEPTH,
                "output_mode": cfg.OAKD_RGB_OUTPUT_MODE,
                "isp_scale_num": cfg.OAKD_RGB_ISP_SCALE_NUM,
                "isp_scale_den": cfg.OAKD_RGB_ISP_SCALE_DEN,
                "sensor_crop_x": cfg.OAKD_RGB_SENSOR_CROP_X,
                "sensor_crop_y": cfg.OAKD_RGB_SENSOR_CROP_Y,
                "exposure_ms": cfg.CAMERA_EXPOSURE_MS,
                "white_balance_k": cfg.CAMERA_WHITE_BALANCE_K,
            },
            settings={
                **_SETTINGS,
                "device_id": "OAKD_ID",
                "colour": "OAKD_RGB",
                "depth": "OAKD_DEPTH",
                "output_mode": "OAKD_RGB_OUTPUT_MODE",
                "isp_scale_num": "OAKD_RGB_ISP_SCALE_NUM",
                "isp_scale_den": "OAKD_RGB_ISP_SCALE_DEN",
                "sensor_crop_x": "OAKD_RGB_SENSOR_CROP_X",
                "sensor_crop_y": "OAKD_RGB_SENSOR_CROP_Y",
            },
        ),
        probe=Recipe(
            "donkeycar.parts.camera.oakd:probe",
            lambda cfg, clock, world: {"device_id": cfg.OAKD_ID},
        ),
        libraries="donkeycar.parts.camera.oakd:LIBRARIES",
        channels={"cam/depth_array": _DEPTH},
        is_wanted=lambda cfg, channel: bool(cfg.OAKD_DEPTH),
    ),
    "D435": CameraRow(
        Recipe(
            "donkeycar.parts.camera.d435:D435Camera",
            lambda cfg, clock, world: {
                **_frames(cfg, clock),
                "hflip": cfg.CAMERA_HFLIP,
                "vflip": cfg.CAMERA_VFLIP,
                "device_id": cfg.REALSENSE_D435_ID,
                "colour": cfg.REALSENSE_D435_RGB,
                "depth": cfg.REALSENSE_D435_DEPTH,
                "imu": cfg.REALSENSE_D435_IMU,
                "exposure_ms": cfg.CAMERA_EXPOSURE_MS,
                "white_balance_k": cfg.CAMERA_WHITE_BALANCE_K,
            },
            settings={
                **_SETTINGS,
                "device_id": "REALSENSE_D435_ID",
                "colour": "REALSENSE_D435_RGB",
                "depth": "REALSENSE_D435_DEPTH",
                "imu": "REALSENSE_D435_IMU",
            },
        ),
        probe=Recipe(
            "donkeycar.parts.camera.d435:probe",
            lambda cfg, clock, world: {"device_id": cfg.REALSENSE_D435_ID},
        ),
        libraries="donkeycar.parts.camera.d435:LIBRARIES",
        channels=_D435_CHANNELS,
        is_wanted=lambda cfg, channel: bool(
            cfg.REALSENSE_D435_IMU if channel in MOTION_CHANNELS else cfg.REALSENSE_D435_DEPTH
        ),
    ),
    "IMAGE_LIST": CameraRow(
        Recipe(
            "donkeycar.parts.camera.image_list:ImageListCamera",
            lambda cfg, clock, world: {
                "path_mask": cfg.PATH_MASK,
                **_frames(cfg, clock),
                **_latency(cfg),
            },
            settings=_SETTINGS,
        ),
    ),
    "TUB": CameraRow(
        Recipe(
            "donkeycar.parts.camera.tub:TubCamera",
            lambda cfg, clock, world: {
                "path": cfg.CAMERA_TUB,
                **_frames(cfg, clock),
                **_latency(cfg),
            },
            settings=_SETTINGS,
        ),
    ),
    "MOCK": CameraRow(
        Recipe(
            "donkeycar.parts.camera.mock:MockCamera",
            lambda cfg, clock, world: {**_frames(cfg, clock), **_latency(cfg)},
            settings=_SETTINGS,
        ),
    ),
    "SIM": CameraRow(
        Recipe(
            "donkeycar.parts.camera.sim:SimCamera",
            lambda cfg, clock, world: {
                "world": world,
                "grey": cfg.IMAGE_DEPTH == 1,
                "framerate_hz": cfg.CAMERA_FRAMERATE,
                "clock": clock,
                **_latency(cfg),
            },
            # It takes pictures in step with the loop, so that a simulated run can be repeated
            # exactly.
            threaded=False,
            settings=_SETTINGS,
        ),
        in_world=True,
    ),
}


def sees_the_world(cfg: Config) -> bool:
    """Whether the camera of `CAMERA_TYPE` shows the simulated world."""
    row = CAMERAS.get(cfg.CAMERA_TYPE)
    return row is not None and row.in_world


def drives_in_the_world(cfg: Config) -> bool:
    """Whether the wheels of `DRIVE_TRAIN_TYPE` are in the simulated world."""
    row = DRIVETRAINS.get(cfg.DRIVE_TRAIN_TYPE)
    return row is not None and row.in_world


def make_clock(cfg: Config) -> Clock:
    """Real time; or `SIM_TIME_SCALE` times as fast, if camera and wheels are simulated."""
    if cfg.SIM_TIME_SCALE == 1:
        return RealClock()
    if not (sees_the_world(cfg) and drives_in_the_world(cfg)):
        raise ConfigError(
            "`SIM_TIME_SCALE` must be 1 unless CAMERA_TYPE and DRIVE_TRAIN_TYPE are both SIM: a "
            "real car cannot drive faster than real time. Received: "
            f"SIM_TIME_SCALE={cfg.SIM_TIME_SCALE}"
        )
    return SimulatedClock(scale=cfg.SIM_TIME_SCALE)


def make_world(cfg: Config) -> "World | None":
    """The simulated world of `SIM_TRACK`; ``None`` if no part of the car is simulated."""
    if not sees_the_world(cfg) and not drives_in_the_world(cfg):
        return None
    from donkeycar.sim.camera import CameraModel
    from donkeycar.sim.track import load_track
    from donkeycar.sim.world import World

    camera = CameraModel(**_size(cfg))
    return World(load_track(cfg.SIM_TRACK), seed=cfg.SIM_SEED, camera=camera)


def make_camera(cfg: Config, clock: Clock, world: "World | None" = None) -> Any:
    """The camera of `CAMERA_TYPE`, or with `CAMERA_STEREO` two of them as one."""
    recipe = row_for(CAMERAS, "CAMERA_TYPE", cfg.CAMERA_TYPE).recipe
    if cfg.CAMERA_STEREO:
        return make_pair(recipe, cfg, clock, world)
    return recipe.make(cfg, clock, world)


def add_camera(car: Vehicle, cfg: Config, world: "World | None" = None) -> None:
    """Add the camera of `CAMERA_TYPE`; with `LOOP_PACE` "camera", its frames begin the ticks.

    Channels:
        Writes ``cam/image_array``, ``cam/exposed_s`` and ``cam/sequence``, and how old frames are
        when they are there, ``cam/age_s``. A camera that sees distance writes ``cam/depth_array``,
        and one with a motion sensor ``imu/...``, if the settings ask for them; a pair of cameras
        writes the picture of each, ``cam/image_array_a`` and ``cam/image_array_b``.
    """
    from donkeycar.parts.camera.frame_age import FrameAge

    row = row_for(CAMERAS, "CAMERA_TYPE", cfg.CAMERA_TYPE)
    paces = cfg.LOOP_PACE == "camera"
    camera = make_camera(cfg, car.clock, world)
    outputs = ["cam/image_array", "cam/exposed_s", "cam/sequence"]
    # By the clock, a camera that is faster than the loop runs once a tick only: a pilot with a
    # memory was trained on frames at that rate.
    prompt = paces or cfg.CAMERA_FRAMERATE <= PROMPT_SHARE * cfg.DRIVE_LOOP_HZ
    besides = STEREO_CHANNELS if cfg.CAMERA_STEREO else row.written(cfg)
    car.add(camera, outputs=[*outputs, *besides], threaded=row.recipe.threaded, prompt=prompt)
    car.add(FrameAge(clock=car.clock), inputs=outputs[1:], outputs=["cam/age_s"], prompt=prompt)
    if paces and row.recipe.threaded:
        car.pace_by(camera)
    elif paces:
        logger.warning(
            "LOOP_PACE = 'camera' changes nothing with CAMERA_TYPE = %r, whose pictures are taken "
            "in the tick itself.", cfg.CAMERA_TYPE,
        )  # fmt: skip
