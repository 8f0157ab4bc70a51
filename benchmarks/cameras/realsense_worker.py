"""Runs the part of a D435 on the pyrealsense2 that this Python has, with a device of software."""

import sys
import threading
import time
from types import ModuleType
from typing import Any

import numpy as np
import pyrealsense2 as rs

from donkeycar.parts.camera.d435 import D435Camera
from donkeycar.testing import realsense_frames

SERIAL = "software"
COLOUR, DEPTH = (320, 240), (640, 480)
FPS = 30
# Focal length in widths: the field of view of a D435's colour camera, and a wider one of its depth.
FOCAL = {"colour": 0.9, "depth": 0.9}
AHEAD_S = -1000.0
NUM_FRAMES = 20


def intrinsics(size: tuple[int, int], focal: float) -> Any:
    """A lens without distortion."""
    lens = rs.intrinsics()
    lens.width, lens.height = size
    lens.ppx, lens.ppy = size[0] / 2, size[1] / 2
    lens.fx = lens.fy = focal * size[0]
    lens.model, lens.coeffs = rs.distortion.none, [0.0] * 5
    return lens


def stream(
    kind: Any, number: int, size: tuple[int, int], bytes_: int, values: Any, lens: Any
) -> Any:
    """A mode of a stream."""
    mode = rs.video_stream()
    mode.type, mode.index, mode.uid = kind, 0, number
    mode.width, mode.height = size
    mode.fps, mode.bpp, mode.fmt, mode.intrinsics = FPS, bytes_, values, lens
    return mode


class SoftwareCamera:
    """A device of software with colour and depth, that gives frames in a thread."""

    def __init__(self) -> None:
        self.device = rs.software_device()
        for info, text in (
            (rs.camera_info.name, "Software"), (rs.camera_info.serial_number, SERIAL),
            (rs.camera_info.usb_type_descriptor, "3.2"),
        ):  # fmt: skip
            self.device.register_info(info, text)
        self._depth = self.device.add_sensor("Stereo Module")
        self._colour = self.device.add_sensor("RGB Camera")
        self._depth.add_read_only_option(rs.option.depth_units, 0.001)
        lens = intrinsics(DEPTH, FOCAL["depth"])
        self._depth_mode = self._depth.add_video_stream(
            stream(rs.stream.depth, 10, DEPTH, 2, rs.format.z16, lens)
        )
        lens = intrinsics(COLOUR, FOCAL["colour"])
        self._colour_mode = self._colour.add_video_stream(
            stream(rs.stream.color, 20, COLOUR, 3, rs.format.rgb8, lens)
        )
        same = rs.extrinsics()
        same.rotation, same.translation = [1, 0, 0, 0, 1, 0, 0, 0, 1], [0.0, 0.0, 0.0]
        self._depth_mode.register_extrinsics_to(self._colour_mode, same)
        self.running = True
        self.shown: dict[int, int] = {}

    def module(self) -> ModuleType:
        """The module, with what a device of software needs otherwise."""
        module: Any = ModuleType("pyrealsense2")
        module.__dict__.update({name: getattr(rs, name) for name in dir(rs)})
        camera = self

        class Context:
            def __init__(self) -> None:
                self.real = rs.context()

            def query_devices(self) -> list[Any]:
                return [camera.device]

            def set_devices_changed_callback(self, callback: Any) -> None:
                self.real.set_devices_changed_callback(callback)

        class Config(rs.config):
            def enable_device(self, serial: str) -> None:
                """Do nothing: a device of software is in no list."""

        def pipeline(context: Context) -> Any:
            made = rs.pipeline(context.real)
            made.set_device(camera.device)
            return made

        module.context, module.config, module.pipeline = Context, Config, pipeline
        return module  # type: ignore[no-any-return]

    def run(self) -> None:
        """Give frames whose level of grey and depth grow by one each."""
        number = 0
        while self.running:
            number += 1
            stamp_ms = 1000 * (time.monotonic() + AHEAD_S)
            depth = np.full(DEPTH[::-1], 1000 + number, np.uint16)
            colour = np.full((*COLOUR[::-1], 3), (number % 200, 40, 250), np.uint8)
            for sensor, mode, size, values, bytes_ in (
                (self._depth, self._depth_mode, DEPTH, depth, 2),
                (self._colour, self._colour_mode, COLOUR, colour, 3),
            ):
                frame = rs.software_video_frame()
                frame.pixels, frame.bpp, frame.stride = values, bytes_, bytes_ * size[0]
                frame.timestamp, frame.domain = stamp_ms, rs.timestamp_domain.hardware_clock
                frame.frame_number, frame.profile = number, mode.as_video_stream_profile()
                if sensor is self._depth:
                    frame.depth_units = 0.001
                sensor.on_video_frame(frame)
            time.sleep(1 / FPS)


def lacking() -> list[str]:
    """Names of the stand-in that the library lacks."""
    words = {
        "stream": realsense_frames.Stream, "format": realsense_frames.Format,
        "option": realsense_frames.Option, "camera_info": realsense_frames.CameraInfo,
        "timestamp_domain": realsense_frames.TimestampDomain,
        "frame_metadata_value": realsense_frames.MetadataValue,
    }  # fmt: skip
    found = [
        f"{name}.{word.name}"
        for name, enum in words.items()
        for word in enum
        if not hasattr(getattr(rs, name), word.name)
    ]
    calls = {
        rs.sensor: ("is_motion_sensor", "is_depth_sensor", "get_option_range", "set_option"),
        rs.device: ("get_device_time_ms", "query_sensors", "supports", "get_info"),
        rs.composite_frame: ("get_infrared_frame", "first_or_default", "size"),
        rs.pipeline: ("try_wait_for_frames", "poll_for_frames", "start", "stop"),
        rs.motion_frame: ("get_motion_data",), rs.depth_frame: ("get_units",),
        rs.event_information: ("was_removed",),
    }  # fmt: skip
    found += [f"{owner.__name__}.{name}" for owner, used in calls.items() for name in used
              if not hasattr(owner, name)]  # fmt: skip
    return found


def drive() -> list[str]:
    """What is wrong with the frames of the part."""
    wrong: list[str] = []
    source = SoftwareCamera()
    sys.modules["pyrealsense2"] = source.module()
    camera = D435Camera(framerate_hz=FPS, width_px=160, height_px=120)
    thread = threading.Thread(target=source.run, daemon=True)
    thread.start()
    taken = 0
    while taken < NUM_FRAMES:
        frame = camera.run()
        if frame is None:
            continue
        taken += 1
        image, exposed_s, sequence, depth = frame
        age_s = time.monotonic() - exposed_s
        number = int(depth[60, 80]) - 1000
        if sequence != taken or image.shape != (120, 160, 3) or depth.shape != (120, 160):
            wrong.append(f"frame {sequence} of {image.shape}, {depth.shape}")
        if (image != (number % 200, 40, 250)).any():
            wrong.append(f"frame {number} shows {image[60, 80]}")
        if np.median(depth) != 1000 + number or not np.isin(depth, (0, 1000 + number)).all():
            wrong.append(f"depth {number}: {np.unique(depth)}")
        if not -0.001 <= age_s <= 0.5:
            wrong.append(f"frame {number} is {age_s:.3f} s old")
    source.running = False
    thread.join()
    camera.shutdown()
    return wrong


def main() -> int:
    """Print what each check found; return 1 if one failed."""
    failed = False
    for name, check in (("names", lacking), ("the part of a D435", drive)):
        wrong = check()
        failed |= bool(wrong)
        print(f"  pyrealsense2 {rs.__version__}, {name}: {', '.join(wrong) or 'as expected'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
