"""Driving without a neural network: path following, line following, stop sign detection."""

from donkeycar.settings.setting import Group, Setting, dead, later

_BUTTONS = (
    ("SAVE_PATH_BTN", "cross", "button that saves the path"),
    ("LOAD_PATH_BTN", "x", "button that loads the path"),
    ("ERASE_PATH_BTN", "triangle", "button that erases the path"),
    ("RESET_ORIGIN_BTN", "triangle", "button that sets the car's place to 0, 0"),
    ("TOGGLE_RECORDING_BTN", "option", "button that starts and ends recording"),
    ("INC_PID_D_BTN", None, "button that raises PID_D"),
    ("DEC_PID_D_BTN", None, "button that lowers PID_D"),
    ("INC_PID_P_BTN", None, "button that raises PID_P"),
    ("DEC_PID_P_BTN", None, "button that lowers PID_P"),
)

PATH = Group(
    "PATHS AND LINES",
    "Follow a recorded path or a line on the floor.",
    (
        *later(
            "following a path",
            (
                Setting("PATH_FILENAME", "donkey_path.pkl", "file of the path"),
                Setting("PATH_SCALE", 5.0, "scale of the drawing", low=0),
                Setting("PATH_OFFSET", (0, 0), "offset of the drawing", kind="any"),
                Setting("PATH_MIN_DIST", 0.3, "distance between two points", unit="metres", low=0),
                Setting("PATH_SEARCH_LENGTH", 10, "number of points searched", kind="any"),
                Setting("PATH_LOOK_AHEAD", 1, "number of points ahead", low=0),
                Setting("PATH_LOOK_BEHIND", 1, "number of points behind", low=0),
                Setting("PATH_DEBUG", True, "print what the car follows"),
                Setting("PID_P", -10.0, "proportional gain: steering per error"),
                Setting("PID_I", 0.0, "integral gain: steering per summed error"),
                Setting("PID_D", -0.2, "derivative gain: steering per change of error"),
                Setting("PID_P_DELTA", 0.25, "step by which a button changes PID_P"),
                Setting("PID_D_DELTA", 0.25, "step by which a button changes PID_D"),
                Setting("PID_THROTTLE", 0.2, "throttle on the path", low=-1, high=1),
                Setting(
                    "USE_CONSTANT_THROTTLE", False,
                    "use PID_THROTTLE instead of the recorded throttle",
                ),
                Setting("AUTO_RECORD", False, "record while the car follows the path"),
                *(
                    Setting(name, button, what, kind="str", optional=True)
                    for name, button, what in _BUTTONS
                ),
            ),
        ),
        *(
            dead(name, "a RealSense T265 is not made any more, and no library reads it today")
            for name in ("HAVE_T265", "REALSENSE_T265_ID", "WHEEL_ODOM_CALIB")
        ),
        *later(
            "following a line",
            (
                Setting(
                    "CV_CONTROLLER_MODULE", "donkeycar.parts.line_follower",
                    "module of the part that steers",
                ),
                Setting("CV_CONTROLLER_CLASS", "LineFollower", "its class"),
                Setting(
                    "CV_CONTROLLER_INPUTS", ("cam/image_array",),
                    "its input channels",
                    kind="strings",
                ),
                Setting(
                    "CV_CONTROLLER_OUTPUTS",
                    ("pilot/steering", "pilot/throttle", "cam/image_array"), "its output channels",
                    kind="strings",
                ),
                Setting(
                    "CV_CONTROLLER_CONDITION", "run_pilot",
                    "channel that switches it on",
                    kind="str", optional=True,
                ),
                Setting("SCAN_Y", 100, "row in which it looks for the line", unit="pixels", low=0),
                Setting("SCAN_HEIGHT", 20, "number of rows that it looks at", unit="pixels", low=1),
                Setting(
                    "COLOR_THRESHOLD_LOW", (0, 50, 50),
                    "darkest colour of the line",
                    kind="any",
                ),
                Setting(
                    "COLOR_THRESHOLD_HIGH", (50, 255, 255),
                    "brightest colour of the line",
                    kind="any",
                ),
                Setting(
                    "TARGET_PIXEL", None,
                    "column in which to keep the line",
                    kind="int", unit="pixels",
                    low=0, optional=True,
                ),
                Setting(
                    "TARGET_THRESHOLD", 10,
                    "smallest error that it corrects",
                    unit="pixels", low=0,
                ),
                Setting(
                    "CONFIDENCE_THRESHOLD", 0.0015,
                    "share of pixels that must have the colour of the line",
                    low=0, high=1,
                ),
                Setting("THROTTLE_MAX", 0.3, "highest throttle", low=-1, high=1),
                Setting("THROTTLE_MIN", 0.15, "lowest throttle", low=-1, high=1),
                Setting("THROTTLE_INITIAL", 0.15, "throttle at the start", low=-1, high=1),
                Setting("THROTTLE_STEP", 0.05, "change of throttle per step", low=0, high=1),
                Setting("OVERLAY_IMAGE", True, "draw the line on the picture"),
            ),
        ),
        *later(
            "the stop sign detector",
            (
                Setting("STOP_SIGN_DETECTOR", False, "stop at stop signs"),
                Setting(
                    "STOP_SIGN_MIN_SCORE", 0.2,
                    "lowest score that counts as a stop sign",
                    low=0, high=1,
                ),
                Setting(
                    "STOP_SIGN_SHOW_BOUNDING_BOX", True,
                    "draw the stop sign's box on the picture",
                ),
                Setting("STOP_SIGN_MAX_REVERSE_COUNT", 10, "number of ticks in reverse", low=0),
                Setting("STOP_SIGN_REVERSE_THROTTLE", -0.5, "throttle in reverse", low=-1, high=1),
            ),
        ),
    ),
)  # fmt: skip
