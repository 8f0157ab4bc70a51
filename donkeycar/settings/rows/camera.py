"""Settings of the camera."""

from typing import NamedTuple

from donkeycar.settings.setting import Group, Setting, dead


class CameraWord(NamedTuple):
    """What the settings know about a word of `CAMERA_TYPE`; `assembly.camera` has its other row.

    Attributes:
        reads: Settings that have an effect with this camera, and none with cameras that do not
            list them. Settings that every camera reads are in no row.
        replays: Whether it shows a road that does not follow the wheels of a real car, as a
            recording does; a warning then says that the motor turns.
    """

    reads: tuple[str, ...] = ()
    replays: bool = False


_TURNED = ("CAMERA_VFLIP", "CAMERA_HFLIP")
_LOCKS = ("CAMERA_EXPOSURE_MS", "CAMERA_GAIN", "CAMERA_WHITE_BALANCE_K")
_COLOURS = ("CAMERA_RED_GAIN", "CAMERA_BLUE_GAIN")
#: Settings that lock what a camera would choose by itself.
LOCKS = (*_LOCKS, *_COLOURS)
_USB = CameraWord(reads=(*_TURNED, "CAMERA_INDEX", "CAMERA_SOURCE", *_LOCKS))
_LATENCY = ("CAMERA_LATENCY_S", "CAMERA_JITTER_S", "SIM_SEED")

CAMERA_WORDS = {
    "PICAM": CameraWord(reads=(*_TURNED, "CAMERA_INDEX", *LOCKS)),
    "V4L": _USB,
    # Names that donkeycar 5 had for two other ways to read a USB camera.
    "CVCAM": _USB,
    "WEBCAM": _USB,
    "CSIC": CameraWord(reads=(*_TURNED, "CAMERA_INDEX", "CSIC_CAM_GSTREAMER_FLIP_PARM", *_LOCKS)),
    "STREAM": CameraWord(reads=(*_TURNED, "CAMERA_SOURCE")),
    "OAKD": CameraWord(
        reads=(
            *_TURNED, *_LOCKS, "OAKD_RGB", "OAKD_DEPTH", "OAKD_ID", "OAKD_RGB_OUTPUT_MODE",
            "OAKD_RGB_ISP_SCALE_NUM", "OAKD_RGB_ISP_SCALE_DEN", "OAKD_RGB_SENSOR_CROP_X",
            "OAKD_RGB_SENSOR_CROP_Y",
        ),
    ),
    "D435": CameraWord(
        reads=(
            *_TURNED, *_LOCKS, "REALSENSE_D435_RGB", "REALSENSE_D435_DEPTH", "REALSENSE_D435_IMU",
            "REALSENSE_D435_ID",
        ),
    ),
    "IMAGE_LIST": CameraWord(reads=("PATH_MASK", *_LATENCY), replays=True),
    "TUB": CameraWord(reads=("CAMERA_TUB", *_LATENCY), replays=True),
    "MOCK": CameraWord(reads=_LATENCY),
    "SIM": CameraWord(reads=("SIM_TRACK", *_LATENCY), replays=True),
}  # fmt: skip

CAMERA = Group(
    "CAMERA",
    "Where frames come from, and how large they are. A frame is one picture.",
    (
        Setting(
            "CAMERA_TYPE", "PICAM", "which camera",
            choices=tuple(CAMERA_WORDS),
            dead_choices=("LEOPARD", "T265"),
            dead_advice="A Leopard camera on the ribbon cable of a Jetson is CSIC, and one on USB "
            "is V4L; a T265 gave positions, no pictures, and is not made any more",
        ),
        Setting("IMAGE_W", 160, "width of a frame", unit="pixels", low=16, high=4096),
        Setting("IMAGE_H", 120, "height of a frame", unit="pixels", low=16, high=4096),
        Setting(
            "IMAGE_DEPTH", 3, "colour channels of a frame: 3 is RGB, 1 is grey", choices=(3, 1),
        ),
        Setting(
            "CAMERA_FRAMERATE", 20,
            "frame rate of the camera; more than DRIVE_LOOP_HZ is rarely useful",
            kind="float",
            unit="frames per second", low=3, high=1000,
        ),
        Setting("CAMERA_VFLIP", False, "turn the picture upside down"),
        Setting("CAMERA_HFLIP", False, "swap left and right"),
        Setting(
            "CAMERA_INDEX", 0,
            "which camera on a ribbon cable, if there are several; of a USB camera, the number of "
            "its /dev/video",
            low=0, high=63,
        ),
        Setting(
            "CAMERA_SOURCE", "",
            "which USB camera (V4L): its path, or a part of its name; '' is the one with the "
            "number CAMERA_INDEX. Of STREAM: rtsp://..., http://... or the path of a video file",
        ),
        Setting(
            "CAMERA_STEREO", False,
            "two cameras of CAMERA_TYPE side by side; drive --camera=stereo does the same",
        ),
        Setting(
            "CAMERA_INDEX_B", 1, "CAMERA_INDEX of the second camera of CAMERA_STEREO",
            low=0, high=63,
        ),
        Setting("CAMERA_SOURCE_B", "", "CAMERA_SOURCE of the second camera of CAMERA_STEREO"),
        Setting(
            "CAMERA_EXPOSURE_MS", None,
            "exposure time of any real camera but STREAM; None leaves it to the camera",
            kind="float", unit="milliseconds", low=0.1, high=300, optional=True,
        ),
        Setting(
            "CAMERA_GAIN", None,
            "amplification of a Pi or Jetson camera or an OAK-D, 1 means none; of a USB or "
            "RealSense camera, in its own unit; None leaves it to the camera",
            kind="float", low=0, high=10000, optional=True,
        ),
        Setting(
            "CAMERA_WHITE_BALANCE_K", None,
            "colour of the light, for any real camera but STREAM: 2800 is a warm lamp, 6500 "
            "daylight; None leaves it to the camera",
            kind="int", unit="kelvin", low=1000, high=20000, optional=True,
        ),
        Setting(
            "CAMERA_RED_GAIN", None,
            "amplification of red of a Pi camera, with CAMERA_BLUE_GAIN instead of "
            "CAMERA_WHITE_BALANCE_K; None leaves it to the camera",
            kind="float", low=0.1, high=32, optional=True,
        ),
        Setting(
            "CAMERA_BLUE_GAIN", None, "amplification of blue of a Pi camera",
            kind="float", low=0.1, high=32, optional=True,
        ),
        Setting(
            "PATH_MASK", "data/images/*.jpg", "pictures that camera IMAGE_LIST shows in turn",
            kind="path",
        ),
        Setting("CAMERA_TUB", "data", "recording that camera TUB plays again", kind="path"),
        Setting(
            "CAMERA_LATENCY_S", 0.06,
            "age of a frame of SIM, TUB, MOCK or IMAGE_LIST when the car gets it; 0.06 is "
            "typical of a Pi camera",
            unit="seconds", low=0, high=1,
        ),
        Setting(
            "CAMERA_JITTER_S", 0.015,
            "standard deviation of CAMERA_LATENCY_S",
            unit="seconds", low=0, high=1,
        ),
    ),
)  # fmt: skip

OTHER_CAMERAS = Group(
    "OTHER CAMERAS",
    "Depth cameras and cameras of the Jetson.",
    (
        dead(
            "BGR2RGB",
            "every camera gives red, green, blue. For a pilot that was trained on swapped colours "
            "(CVCAM without it), set TRANSFORMATIONS = ['RGB2BGR']",
        ),
        Setting(
            "CSIC_CAM_GSTREAMER_FLIP_PARM",
            0,
            "how to turn the picture of a Jetson's camera: 0 not, 2 upside down, 4 swap left and "
            "right, 6 swap top and bottom, 1 and 3 a quarter turn",
            low=0,
            high=7,
        ),
        Setting(
            "REALSENSE_D435_RGB", True,
            "take colour pictures with the RealSense camera; False takes the grey ones of its left "
            "infrared camera",
        ),
        Setting("REALSENSE_D435_DEPTH", True, "measure how far away each pixel is, too"),
        Setting(
            "REALSENSE_D435_IMU", False, "read the motion sensor; a D435i has one, a D435 has none"
        ),
        Setting(
            "REALSENSE_D435_ID", None,
            "serial number of the RealSense camera, if several are plugged in",
            kind="str", optional=True,
        ),
        Setting(
            "OAKD_RGB", True,
            "take colour pictures with the OAK-D; False takes the grey ones of its right camera",
        ),
        Setting("OAKD_DEPTH", True, "measure how far away each pixel is, too"),
        Setting(
            "OAKD_ID", None, "serial number of the OAK-D, if several are plugged in",
            kind="str", optional=True,
        ),
        Setting(
            "OAKD_RGB_OUTPUT_MODE", "isp",
            "'isp' scales the whole picture of the OAK-D; 'video' cuts a window of 640x480 pixels "
            "of the sensor out of it, which shows a small part of the road",
            choices=("isp", "video"),
        ),
        Setting(
            "OAKD_RGB_ISP_SCALE_NUM", 1, "numerator of the scale of mode 'isp'", low=1, high=16,
        ),
        Setting(
            "OAKD_RGB_ISP_SCALE_DEN", 6,
            "its denominator: 1/6 makes 702x520 of 4208x3120; the car scales that to IMAGE_W and "
            "IMAGE_H",
            low=1, high=63,
        ),
        Setting(
            "OAKD_RGB_SENSOR_CROP_X", None,
            "left edge of the window of mode 'video', a share of the width; with both None the "
            "window is in the middle",
            kind="float", low=0, high=1, optional=True,
        ),
        Setting(
            "OAKD_RGB_SENSOR_CROP_Y", None, "its upper edge, a share of the height",
            kind="float", low=0, high=1, optional=True,
        ),
    ),
)  # fmt: skip
