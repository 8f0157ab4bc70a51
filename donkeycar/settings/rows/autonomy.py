"""Driving without a neural network: along a recorded path, along a line, up to a stop sign."""

from donkeycar.settings.setting import Group, Setting, later

_BUTTONS = (
    ("SAVE_PATH_BTN", "cross", "button that saves the path"),
    ("LOAD_PATH_BTN", "x", "button that loads it"),
    ("ERASE_PATH_BTN", "triangle", "button that erases it"),
    ("RESET_ORIGIN_BTN", "triangle", "button that starts again at 0, 0"),
    ("TOGGLE_RECORDING_BTN", "option", "button that records"),
    ("INC_PID_D_BTN", None, "button for more D"),
    ("DEC_PID_D_BTN", None, "button for less D"),
    ("INC_PID_P_BTN", None, "button for more P"),
    ("DEC_PID_P_BTN", None, "button for less P"),
)

PATH = Group(
    "PATHS AND LINES",
    "Follow a recorded path or a line on the floor.",
    (
        *later(
            "following a path",
            (
                Setting("PATH_FILENAME", "donkey_path.pkl", "file of the path"),
                Setting("PATH_SCALE", 5.0, "of the drawing", low=0),
                Setting("PATH_OFFSET", (0, 0), "of the drawing", kind="any"),
                Setting("PATH_MIN_DIST", 0.3, "between two points", unit="metres", low=0),
                Setting("PATH_SEARCH_LENGTH", 10, "points searched", kind="any"),
                Setting("PATH_LOOK_AHEAD", 1, "points ahead", low=0),
                Setting("PATH_LOOK_BEHIND", 1, "points behind", low=0),
                Setting("PATH_DEBUG", True, "print what is followed"),
                Setting("PID_P", -10.0, "steering per error"),
                Setting("PID_I", 0.0, "steering per summed error"),
                Setting("PID_D", -0.2, "steering per change of error"),
                Setting("PID_P_DELTA", 0.25, "step of tuning P"),
                Setting("PID_D_DELTA", 0.25, "step of tuning D"),
                Setting("PID_THROTTLE", 0.2, "throttle on the path", low=-1, high=1),
                Setting("USE_CONSTANT_THROTTLE", False, "not the recorded throttle"),
                Setting("AUTO_RECORD", False, "record while following"),
                Setting("HAVE_T265", False, "the car has a RealSense T265"),
                Setting("REALSENSE_T265_ID", None, "its serial number", kind="any", optional=True),
                Setting("WHEEL_ODOM_CALIB", "calibration_odometry.json", "its calibration"),
                *(
                    Setting(name, button, what, kind="str", optional=True)
                    for name, button, what in _BUTTONS
                ),
            ),
        ),
        *later(
            "following a line",
            (
                Setting("CV_CONTROLLER_MODULE", "donkeycar.parts.line_follower", "what steers"),
                Setting("CV_CONTROLLER_CLASS", "LineFollower", "its class"),
                Setting("CV_CONTROLLER_INPUTS", ("cam/image_array",), "inputs", kind="strings"),
                Setting(
                    "CV_CONTROLLER_OUTPUTS",
                    ("pilot/steering", "pilot/throttle", "cam/image_array"), "outputs",
                    kind="strings",
                ),
                Setting("CV_CONTROLLER_CONDITION", "run_pilot", "when", kind="str", optional=True),
                Setting("SCAN_Y", 100, "row of the line", unit="pixels", low=0),
                Setting("SCAN_HEIGHT", 20, "rows looked at", unit="pixels", low=1),
                Setting("COLOR_THRESHOLD_LOW", (0, 50, 50), "its darkest colour", kind="any"),
                Setting("COLOR_THRESHOLD_HIGH", (50, 255, 255), "its brightest", kind="any"),
                Setting(
                    "TARGET_PIXEL", None, "column to keep it in", kind="int", unit="pixels",
                    low=0, optional=True,
                ),
                Setting("TARGET_THRESHOLD", 10, "error that counts", unit="pixels", low=0),
                Setting("CONFIDENCE_THRESHOLD", 0.0015, "share of line colour", low=0, high=1),
                Setting("THROTTLE_MAX", 0.3, "fastest", low=-1, high=1),
                Setting("THROTTLE_MIN", 0.15, "slowest", low=-1, high=1),
                Setting("THROTTLE_INITIAL", 0.15, "first", low=-1, high=1),
                Setting("THROTTLE_STEP", 0.05, "change", low=0, high=1),
                Setting("OVERLAY_IMAGE", True, "draw it on the picture"),
            ),
        ),
        *later(
            "the stop sign detector",
            (
                Setting("STOP_SIGN_DETECTOR", False, "stop at stop signs"),
                Setting("STOP_SIGN_MIN_SCORE", 0.2, "certainty that counts", low=0, high=1),
                Setting("STOP_SIGN_SHOW_BOUNDING_BOX", True, "draw it on the picture"),
                Setting("STOP_SIGN_MAX_REVERSE_COUNT", 10, "ticks of going back", low=0),
                Setting("STOP_SIGN_REVERSE_THROTTLE", -0.5, "throttle of that", low=-1, high=1),
            ),
        ),
    ),
)  # fmt: skip
