"""Adds the camera, from a table with one row per camera, and the world of a simulated car."""

import logging
from typing import TYPE_CHECKING, Any

from donkeycar.assembly.camera_row import ARGUMENTS, CameraRow, flips, frames, locks, size
from donkeycar.assembly.depth_cameras import DEPTH_CAMERAS
from donkeycar.assembly.drivetrain.table import DRIVETRAINS
from donkeycar.assembly.recipe import Recipe, row_for
from donkeycar.assembly.stereo import STEREO_CHANNELS, make_pair
from donkeycar.config import Config
from donkeycar.errors import ConfigError
from donkeycar.timing import Clock, RealClock, SimulatedClock
from donkeycar.vehicle import Vehicle

if TYPE_CHECKING:
    from donkeycar.sim.world import World

logger = logging.getLogger(__name__)


def _latency(cfg: Config) -> dict[str, Any]:
    from donkeycar.parts.camera.latency import Latency

    latency = Latency(cfg.CAMERA_LATENCY_S, jitter_s=cfg.CAMERA_JITTER_S, seed=cfg.SIM_SEED)
    return {"latency": latency}


# Two rates that are meant to be equal may be written differently: 20 and 19.98.
PROMPT_SHARE = 1.05

_USB = CameraRow(
    Recipe(
        "donkeycar.parts.camera.v4l:V4LCamera",
        lambda cfg, clock, world: {
            "source": cfg.CAMERA_SOURCE,
            **frames(cfg, clock),
            **flips(cfg),
            "camera_index": cfg.CAMERA_INDEX,
            **locks(cfg),
        },
        settings=ARGUMENTS,
    ),
    probe=Recipe(
        "donkeycar.parts.camera.v4l2_nodes:probe",
        lambda cfg, clock, world: {
            "source": cfg.CAMERA_SOURCE,
            "camera_index": cfg.CAMERA_INDEX,
        },
    ),
)

CAMERAS = {
    "PICAM": CameraRow(
        Recipe(
            "donkeycar.parts.camera.picamera:PiCamera",
            lambda cfg, clock, world: {
                **frames(cfg, clock),
                **flips(cfg),
                "camera_index": cfg.CAMERA_INDEX,
                **locks(cfg),
                "red_gain": cfg.CAMERA_RED_GAIN,
                "blue_gain": cfg.CAMERA_BLUE_GAIN,
            },
            settings=ARGUMENTS,
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
                **frames(cfg, clock),
                **flips(cfg),
                "camera_index": cfg.CAMERA_INDEX,
                "flip": cfg.CSIC_CAM_GSTREAMER_FLIP_PARM,
                **locks(cfg),
            },
            settings=ARGUMENTS,
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
                **frames(cfg, clock),
                **flips(cfg),
            },
            settings=ARGUMENTS,
        ),
        probe=Recipe(
            "donkeycar.parts.camera.stream:probe",
            lambda cfg, clock, world: {"source": cfg.CAMERA_SOURCE},
        ),
        libraries="donkeycar.parts.camera.stream:LIBRARIES",
    ),
    **DEPTH_CAMERAS,
    "IMAGE_LIST": CameraRow(
        Recipe(
            "donkeycar.parts.camera.image_list:ImageListCamera",
            lambda cfg, clock, world: {
                "path_mask": cfg.PATH_MASK,
                **frames(cfg, clock),
                **_latency(cfg),
            },
            settings=ARGUMENTS,
        ),
    ),
    "TUB": CameraRow(
        Recipe(
            "donkeycar.parts.camera.tub:TubCamera",
            lambda cfg, clock, world: {
                "path": cfg.CAMERA_TUB,
                **frames(cfg, clock),
                **_latency(cfg),
            },
            settings=ARGUMENTS,
        ),
    ),
    "MOCK": CameraRow(
        Recipe(
            "donkeycar.parts.camera.mock:MockCamera",
            lambda cfg, clock, world: {**frames(cfg, clock), **_latency(cfg)},
            settings=ARGUMENTS,
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
            settings=ARGUMENTS,
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

    camera = CameraModel(**size(cfg))
    return World(load_track(cfg.SIM_TRACK), seed=cfg.SIM_SEED, camera=camera)


def make_camera(cfg: Config, clock: Clock, world: "World | None" = None) -> Any:
    """The camera of `CAMERA_TYPE`, or with `CAMERA_STEREO` two of them as one."""
    recipe = row_for(CAMERAS, "CAMERA_TYPE", cfg.CAMERA_TYPE).recipe
    if cfg.CAMERA_STEREO:
        return make_pair(recipe, cfg, clock, world)
    return recipe.make(cfg, clock, world)


def add_camera(
    car: Vehicle, cfg: Config, world: "World | None" = None, *, camera: Any = None
) -> None:
    """Add the camera of `CAMERA_TYPE`; with `LOOP_PACE` "camera", its frames begin the ticks.

    Args:
        car: The vehicle.
        cfg: The settings.
        world: The simulated world, for ``SIM``.
        camera: A camera that takes the place of the one of `CAMERA_TYPE`, as in a replay.

    Channels:
        Writes ``cam/image_array``, ``cam/exposed_s`` and ``cam/sequence``, and how old frames are
        when they are there, ``cam/age_s``. A camera that sees distance writes ``cam/depth_array``,
        and one with a motion sensor ``imu/...``, if the settings ask for them; a pair of cameras
        writes the picture of each, ``cam/image_array_a`` and ``cam/image_array_b``.
    """
    from donkeycar.parts.camera.frame_age import FrameAge

    row = row_for(CAMERAS, "CAMERA_TYPE", cfg.CAMERA_TYPE)
    paces = cfg.LOOP_PACE == "camera"
    if camera is None:
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
