"""Rows of the table of cameras that see distance, too."""

from donkeycar.assembly.camera_row import ARGUMENTS, CameraRow, flips, frames, locks
from donkeycar.assembly.channel import Channel
from donkeycar.assembly.motion import MOTION_CHANNELS
from donkeycar.assembly.recipe import Recipe

_DEPTH = Channel(
    "uint16 array (height, width)", "distance of each pixel of the frame, in mm; 0 is not measured",
    ["add_camera"], ["add_recorder"], tub_type="gray16_array",
)  # fmt: skip

DEPTH_CAMERAS = {
    "OAKD": CameraRow(
        Recipe(
            "donkeycar.parts.camera.oakd:OakDCamera",
            lambda cfg, clock, world: {
                **frames(cfg, clock),
                **flips(cfg),
                "device_id": cfg.OAKD_ID,
                "colour": cfg.OAKD_RGB,
                "depth": cfg.OAKD_DEPTH,
                "output_mode": cfg.OAKD_RGB_OUTPUT_MODE,
                "isp_scale_num": cfg.OAKD_RGB_ISP_SCALE_NUM,
                "isp_scale_den": cfg.OAKD_RGB_ISP_SCALE_DEN,
                "sensor_crop_x": cfg.OAKD_RGB_SENSOR_CROP_X,
                "sensor_crop_y": cfg.OAKD_RGB_SENSOR_CROP_Y,
                **locks(cfg),
            },
            settings={
                **ARGUMENTS,
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
                **frames(cfg, clock),
                **flips(cfg),
                "device_id": cfg.REALSENSE_D435_ID,
                "colour": cfg.REALSENSE_D435_RGB,
                "depth": cfg.REALSENSE_D435_DEPTH,
                "imu": cfg.REALSENSE_D435_IMU,
                **locks(cfg),
            },
            settings={
                **ARGUMENTS,
                "device_id": "REALSENSE_D435_ID",
                "colour": "REALSENSE_D435_RGB",
                "depth": "REALSENSE_D435_DEPTH",
                "imu": "REALSENSE_D435_IMU",
            },
        ),
        probe=Recipe(
            "donkeycar.parts.camera.d435_usb:probe",
            lambda cfg, clock, world: {"device_id": cfg.REALSENSE_D435_ID},
        ),
        libraries="donkeycar.parts.camera.d435:LIBRARIES",
        channels={"cam/depth_array": _DEPTH, **MOTION_CHANNELS},
        is_wanted=lambda cfg, channel: bool(
            cfg.REALSENSE_D435_IMU if channel in MOTION_CHANNELS else cfg.REALSENSE_D435_DEPTH
        ),
    ),
}
