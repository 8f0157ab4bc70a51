"""Settings files as owners of donkeycar 3, 4 and 5 have them."""

HELPERS = """\
def full_throttle(share):
    return round(500 * share)
"""

# Donkeycar 3 and 4: flat names for the PCA9685, an import, a computed value, a function.
VERSION_4 = """\
import os
from helpers import full_throttle

DONKEY_HOME = os.path.expanduser("~/mycar")
DRIVE_LOOP_HZ = 20
CAMERA_TYPE = "WEBCAM"   # the one on top
IMAGE_W = 160
IMAGE_H = 120
DRIVE_TRAIN_TYPE = "SERVO_ESC"

#measured on Sunday
STEERING_CHANNEL = 1            #second row
STEERING_LEFT_PWM = 460
STEERING_RIGHT_PWM = 290
THROTTLE_CHANNEL = 0
THROTTLE_FORWARD_PWM = full_throttle(0.9)
THROTTLE_STOPPED_PWM = 370
THROTTLE_REVERSE_PWM = 220

USE_JOYSTICK_AS_DEFAULT = 1
CONTROLLER_TYPE = 'ps4'
JOYSTICK_MAX_THROTTLE = 1
CACHE_IMAGES = True
PRUNE_CNN = False
LED_B = 1
ROI_CROP_TOP = 45
TRANSFORMATIONS = ['CROP']
AUG_BLUR_RANGE = [0.0, 3.0]


def TRAIN_FILTER(record):
    return record.underlying['user/throttle'] > 0.1
"""

# Donkeycar 5: one entry of a family, paths, values of other parts.
VERSION_5 = """\
import os
CAR_PATH = PACKAGE_PATH = os.path.dirname(os.path.realpath(__file__))
DATA_PATH = os.path.join(CAR_PATH, 'data')
MODELS_PATH = os.path.join(CAR_PATH, 'models')

CAMERA_TYPE = "PICAM"
DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"
PWM_STEERING_THROTTLE = {
    "STEERING_LEFT_PWM": 440,
    "STEERING_RIGHT_PWM": 310,
}
CONTROLLER_TYPE = 'F710'
HAVE_IMU = True
DONKEY_GYM = False
GYM_CONF = { "body_style" : "donkey", "body_rgb" : (128, 0, 128), "car_name" : "me" }
WEB_CONTROL_PORT = int(os.getenv("WEB_CONTROL_PORT", 8887))
CACHE_POLICY = 'NOCACHE'
BEHAVIOR_LIST = ['Left_Lane', 'Right_Lane']
"""
