"""Deprecated settings: they have no effect any more, and each names its replacement."""

from donkeycar.settings.setting import Group, dead

_IN_FAMILY = "donkeycar 5 moved it into PWM_STEERING_THROTTLE[{entry!r}], where yours belongs"
# H-bridge pins before donkeycar 5, as board numbers: the old name, and where it is now.
OLD_PINS = (
    ("HBRIDGE_PIN_FWD", "SERVO_HBRIDGE_2PIN", "FWD_DUTY_PIN"),
    ("HBRIDGE_PIN_BWD", "SERVO_HBRIDGE_2PIN", "BWD_DUTY_PIN"),
    ("HBRIDGE_PIN_LEFT", "DC_STEER_THROTTLE", "LEFT_DUTY_PIN"),
    ("HBRIDGE_PIN_RIGHT", "DC_STEER_THROTTLE", "RIGHT_DUTY_PIN"),
    *(
        (f"HBRIDGE_PIN_{side}_{way}", "DC_TWO_WHEEL", f"{side}_{way}_DUTY_PIN")
        for side in ("LEFT", "RIGHT")
        for way in ("FWD", "BWD")
    ),
    *(
        (f"HBRIDGE_L298N_PIN_{side}_{what}", "DC_TWO_WHEEL_L298N", f"{side}_{entry}")
        for side in ("LEFT", "RIGHT")
        for what, entry in (("FWD", "FWD_PIN"), ("BWD", "BWD_PIN"), ("EN", "EN_DUTY_PIN"))
    ),
)
# Names replaced by one or two of today, which have the same value, or its parts in this order.
RENAMED = {"CAMERA_RESOLUTION": ("IMAGE_H", "IMAGE_W"), "VEBOSE_TRAIN": ("VERBOSE_TRAIN",)}
_NOW = "it is now {family}[{entry!r}], with a pin such as 'RPI_GPIO.BOARD.18'"
_CACHE = "training decodes each picture once and makes new random changes every time"
_PRUNING = "no version of donkeycar ever pruned a pilot with it"

OLD = Group(
    "EARLIER VERSIONS",
    "Names that old files may contain.",
    (
        dead("STEERING_PWM_PIN", _IN_FAMILY.format(entry="PWM_STEERING_PIN")),
        dead("STEERING_PWM_INVERTED", _IN_FAMILY.format(entry="PWM_STEERING_INVERTED")),
        dead("THROTTLE_PWM_PIN", _IN_FAMILY.format(entry="PWM_THROTTLE_PIN")),
        dead("THROTTLE_PWM_INVERTED", _IN_FAMILY.format(entry="PWM_THROTTLE_INVERTED")),
        dead("STEERING_PWM_FREQ", "the frequency is corrected by "
             "PWM_STEERING_THROTTLE['PWM_STEERING_SCALE']"),
        dead("THROTTLE_PWM_FREQ", "the frequency is corrected by "
             "PWM_STEERING_THROTTLE['PWM_THROTTLE_SCALE']"),
        *(dead(name, _NOW.format(family=family, entry=entry)) for name, family, entry in OLD_PINS),
        dead("STEERING_ARDUINO_PIN", "an Arduino with Firmata is not driven any more"),
        dead("THROTTLE_ARDUINO_PIN", "an Arduino with Firmata is not driven any more"),
        dead("CAMERA_RESOLUTION", "height and width are IMAGE_H and IMAGE_W since donkeycar 3"),
        dead("VEBOSE_TRAIN", "donkeycar 3 misspelt it; it is VERBOSE_TRAIN"),
        dead("HAVE_ROBOHAT", "a RoboHAT drives by DRIVE_TRAIN_TYPE = 'MM1', and its radio by "
             "CONTROLLER_TYPE = 'MM1' with USE_JOYSTICK_AS_DEFAULT"),
        dead("AUG_MULTIPLY_RANGE", "training changes brightness by AUG_BRIGHTNESS_RANGE"),
        dead("TUB_PATH", "recordings go into DATA_PATH; `--tub` names older ones"),
        dead("ROPE_TOKEN", "donkeycar sends no recordings to anybody"),
        dead("ROPE_BOT_NAME", "donkeycar sends no recordings to anybody"),
        dead("PI_PASSWD", "nothing logs into the car any more; delete the password from the file"),
        dead("PI_DONKEY_ROOT", "nothing logs into the car any more"),
        dead("HAVE_SOMBRERO", "the Sombrero hat needs no setting: name its PCA9685 channels"),
        dead("ALEXA_DEVICE_CODE", "somebody else's server could drive the car by it"),
        dead("CACHE_POLICY", _CACHE),
        dead("CACHE_IMAGES", _CACHE),
        dead("CREATE_TF_LITE", "the .tflite file is always written: the car drives with it"),
        dead("SAVE_MODEL_AS_H5", "the .keras file replaces .h5: any Keras 3 opens it"),
        dead("CREATE_TENSOR_RT", "TensorFlow no longer has TensorRT; the .tflite file drives"),
        dead("SEND_BEST_MODEL_TO_PI", "no version of donkeycar ever sent a pilot"),
        dead("BUTTON_PRESS_NEW_TUB", "no version of donkeycar ever read it; see "
             "AUTO_CREATE_NEW_TUB"),
        dead("PRUNE_CNN", _PRUNING),
        dead("PRUNE_PERCENT_TARGET", _PRUNING),
        dead("PRUNE_PERCENT_PER_ITERATION", _PRUNING),
        dead("PRUNE_VAL_LOSS_DEGRADATION_LIMIT", _PRUNING),
        dead("PRUNE_EVAL_PERCENT_OF_DATASET", _PRUNING),
    ),
)  # fmt: skip
