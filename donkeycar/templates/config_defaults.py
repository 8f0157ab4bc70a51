"""Settings of this car. `donkey update` replaces this file: put your own values in myconfig.py.

Values are checked when the car starts. `donkey config` shows them and where each comes from.
"""

# VEHICLE
# The loop that reads the camera and steers the wheels.
DRIVE_LOOP_HZ = 20                    # how often the car sees and steers, times per second
MAX_LOOPS = None                      # stop after so many loops; None drives until Ctrl-C

# FOLDERS
# Relative paths start at the folder of the car.
DATA_PATH = "data"                    # folder of the recordings (tubs)
MODELS_PATH = "models"                # folder of the pilots

# CAMERA
# Where frames come from, and how large they are.
CAMERA_TYPE = "PICAM"                 # which camera: PICAM, IMAGE_LIST, TUB, MOCK or SIM
IMAGE_W = 160                         # width of a frame, pixels
IMAGE_H = 120                         # height of a frame, pixels
IMAGE_DEPTH = 3                       # colours of a frame: 3 is RGB, 1 is grey
CAMERA_FRAMERATE = 20                 # no use in more than DRIVE_LOOP_HZ, frames per second
CAMERA_VFLIP = False                  # turn the picture upside down
CAMERA_HFLIP = False                  # swap left and right
CAMERA_INDEX = 0                      # which of several Pi cameras
PATH_MASK = "data/images/*.jpg"       # pictures that camera IMAGE_LIST shows in turn
CAMERA_TUB = "data"                   # recording that camera TUB plays again
# how old frames of SIM, TUB, MOCK and IMAGE_LIST are; a Pi's, seconds
CAMERA_LATENCY_S = 0.06
CAMERA_JITTER_S = 0.015               # standard deviation of that, seconds

# DRIVETRAIN
# What turns the wheels; docs/drivetrains.md says what to wire where.
# what steers and drives; MOCK moves nothing: PWM_STEERING_THROTTLE, I2C_SERVO, SERVO_ESC,
# SERVO_HBRIDGE_2PIN, SERVO_HBRIDGE_3PIN, DC_STEER_THROTTLE, DC_TWO_WHEEL, DC_TWO_WHEEL_L298N, MM1,
# VESC, MOCK or SIM
DRIVE_TRAIN_TYPE = "PWM_STEERING_THROTTLE"

# SPEED CONTROLLER
# Most brake before they reverse; they need to see neutral in between.
ESC_BRAKE_S = 0.05                    # brake before reverse, seconds
ESC_NEUTRAL_S = 0.05                  # neutral after that, seconds

# WHEELS
# Servos, speed controllers and motors. Pins: RPI_GPIO.BOARD.33, RPI_GPIO.BCM.13,
# PCA9685.<bus>:<address>.<channel> such as PCA9685.1:40.0, PWM.<chip>.<channel>.
# steering servo and speed controller; MOCK shows these pulses too
PWM_STEERING_THROTTLE = {
    "PWM_STEERING_PIN": "PCA9685.1:40.1",  # pin of the steering servo
    "PWM_STEERING_SCALE": 1.0,        # correction of its frequency
    "PWM_STEERING_INVERTED": False,   # turn its signal upside down
    "PWM_THROTTLE_PIN": "PCA9685.1:40.0",  # pin of the speed controller
    "PWM_THROTTLE_SCALE": 1.0,        # correction of its frequency
    "PWM_THROTTLE_INVERTED": False,   # turn its signal upside down
    "STEERING_LEFT_PWM": 460,         # full left, 4096ths of a frame
    "STEERING_RIGHT_PWM": 290,        # full right, 4096ths of a frame
    "STEERING_MID_PWM": None,         # straight ahead; None is half-way, 4096ths of a frame
    "THROTTLE_FORWARD_PWM": 500,      # full forward, 4096ths of a frame
    "THROTTLE_STOPPED_PWM": 370,      # standing still, 4096ths of a frame
    "THROTTLE_REVERSE_PWM": 220,      # full reverse, 4096ths of a frame
    # how far from standing still the motor starts to move, 4096ths of a frame
    "THROTTLE_DEAD_PWM": 0,
}
# steering servo and a motor on two pins
SERVO_HBRIDGE_2PIN = {
    "FWD_DUTY_PIN": "RPI_GPIO.BOARD.18",  # forward
    "BWD_DUTY_PIN": "RPI_GPIO.BOARD.16",  # backward
    "PWM_STEERING_PIN": "RPI_GPIO.BOARD.33",  # pin of the steering servo
    "PWM_STEERING_SCALE": 1.0,        # correction of its frequency
    "PWM_STEERING_INVERTED": False,   # turn its signal upside down
    "STEERING_LEFT_PWM": 460,         # full left, 4096ths of a frame
    "STEERING_RIGHT_PWM": 290,        # full right, 4096ths of a frame
    "STEERING_MID_PWM": None,         # straight ahead; None is half-way, 4096ths of a frame
}
# steering servo and a motor on three pins
SERVO_HBRIDGE_3PIN = {
    "FWD_PIN": "RPI_GPIO.BOARD.18",   # forward
    "BWD_PIN": "RPI_GPIO.BOARD.16",   # backward
    "DUTY_PIN": "RPI_GPIO.BOARD.35",  # power
    "PWM_STEERING_PIN": "RPI_GPIO.BOARD.33",  # pin of the steering servo
    "PWM_STEERING_SCALE": 1.0,        # correction of its frequency
    "PWM_STEERING_INVERTED": False,   # turn its signal upside down
    "STEERING_LEFT_PWM": 460,         # full left, 4096ths of a frame
    "STEERING_RIGHT_PWM": 290,        # full right, 4096ths of a frame
    "STEERING_MID_PWM": None,         # straight ahead; None is half-way, 4096ths of a frame
}
# one motor steers, one drives
DC_STEER_THROTTLE = {
    "LEFT_DUTY_PIN": "RPI_GPIO.BOARD.18",  # power at angles above 0, as it always was
    "RIGHT_DUTY_PIN": "RPI_GPIO.BOARD.16",  # power at angles below 0
    "FWD_DUTY_PIN": "RPI_GPIO.BOARD.15",  # forward
    "BWD_DUTY_PIN": "RPI_GPIO.BOARD.13",  # backward
}
# a motor per side, two pins each
DC_TWO_WHEEL = {
    "LEFT_FWD_DUTY_PIN": "RPI_GPIO.BOARD.18",  # left forward
    "LEFT_BWD_DUTY_PIN": "RPI_GPIO.BOARD.16",  # left backward
    "RIGHT_FWD_DUTY_PIN": "RPI_GPIO.BOARD.15",  # right forward
    "RIGHT_BWD_DUTY_PIN": "RPI_GPIO.BOARD.13",  # right backward
}
# a motor per side, three pins each
DC_TWO_WHEEL_L298N = {
    "LEFT_FWD_PIN": "RPI_GPIO.BOARD.16",  # left forward
    "LEFT_BWD_PIN": "RPI_GPIO.BOARD.18",  # left backward
    "LEFT_EN_DUTY_PIN": "RPI_GPIO.BOARD.22",  # left power
    "RIGHT_FWD_PIN": "RPI_GPIO.BOARD.15",  # right forward
    "RIGHT_BWD_PIN": "RPI_GPIO.BOARD.13",  # right backward
    "RIGHT_EN_DUTY_PIN": "RPI_GPIO.BOARD.11",  # right power
}
# how often servos get a pulse; after a change calibrate anew, times per second
PWM_FREQUENCY = 60
PCA9685_OSCILLATOR_HZ = 25000000      # clock of the PCA9685, measured, hertz
# how often motors on pins of the Pi get power, times per second
MOTOR_PWM_FREQUENCY = 60
# share of the time that motors on pins have power at full throttle
MOTOR_MAX_DUTY = 0.9

# SERIAL DRIVETRAINS
# Boards on a serial line: VESC and MM1.
VESC_SERIAL_PORT = "/dev/ttyACM0"     # where it is plugged in
VESC_BAUDRATE = 115200                # speed of the line, baud
# share of the battery's voltage at full throttle; below 0 turns the motor round
VESC_MAX_SPEED_PERCENT = 0.2
VESC_STEERING_SCALE = 0.5             # travel of its servo from the middle to the end
VESC_STEERING_OFFSET = 0.5            # position of its servo straight ahead
# tell it 20 times a second that all is well; without, orders come 10 times a second
VESC_START_HEARTBEAT = True
VESC_TIMEOUT = 0.05                   # how long it may take to say that it is a VESC, seconds
# where the RoboHAT is; a Pi 5 has this port only with dtparam=uart0=on, a Pi 3 or 4 with
# dtoverlay=disable-bt, in /boot/firmware/config.txt
MM1_SERIAL_PORT = "/dev/ttyAMA0"
MM1_STEERING_MID = 1500               # straight ahead, us
MM1_MAX_FORWARD = 2000                # full forward, us
MM1_STOPPED_PWM = 1500                # standing still, us
MM1_MAX_REVERSE = 1000                # full reverse, us

# WHEELS OF OLD CARS
# For DRIVE_TRAIN_TYPE I2C_SERVO and SERVO_ESC only: a PCA9685, as donkeycar 3 and 4 had it.
PCA9685_I2C_ADDR = 64                 # address of the PCA9685
PCA9685_I2C_BUSNUM = None             # bus of the PCA9685; None is bus 1
STEERING_CHANNEL = 1                  # channel of the steering servo
THROTTLE_CHANNEL = 0                  # channel of the speed controller
# as in PWM_STEERING_THROTTLE['STEERING_LEFT_PWM'], whose value None takes
STEERING_LEFT_PWM = None
# as in PWM_STEERING_THROTTLE['STEERING_RIGHT_PWM'], whose value None takes
STEERING_RIGHT_PWM = None
# as in PWM_STEERING_THROTTLE['THROTTLE_FORWARD_PWM'], whose value None takes
THROTTLE_FORWARD_PWM = None
# as in PWM_STEERING_THROTTLE['THROTTLE_STOPPED_PWM'], whose value None takes
THROTTLE_STOPPED_PWM = None
# as in PWM_STEERING_THROTTLE['THROTTLE_REVERSE_PWM'], whose value None takes
THROTTLE_REVERSE_PWM = None
# as in PWM_STEERING_THROTTLE['STEERING_MID_PWM'], whose value None takes
STEERING_MID_PWM = None
# as in PWM_STEERING_THROTTLE['THROTTLE_DEAD_PWM'], whose value None takes
THROTTLE_DEAD_PWM = None

# WEB PAGE
# Drive from a phone or a browser.
WEB_CONTROL_PORT = 8887               # port of the web page; 0 takes any free one
WEB_HOST = "0.0.0.0"                  # address it listens on; 127.0.0.1 admits this computer only
WEB_AUTH = "pair"                     # pair admits who has link or PIN, none anyone
WEB_INIT_MODE = "user"                # mode the car starts in: user, local_angle or local

# GAMEPAD AND RADIO
# A gamepad plugged into the car, or the receiver of a remote control.
USE_JOYSTICK_AS_DEFAULT = False       # drive by gamepad without --js
# kind of gamepad: xbox, xboxswapped, ps3, ps3sixad, ps4, pygame, F710, nimbus, wiiu, rc3, MM1,
# pigpio_rc, custom or mock
CONTROLLER_TYPE = "xbox"
CONTROLLER_BINDINGS = {}              # changes to what its buttons do, e.g. {'BTN_SOUTH': 'stop'}
JOYSTICK_MAX_THROTTLE = 0.5           # throttle of a full stick at the start
JOYSTICK_STEERING_SCALE = 1.0         # steering of a full stick
JOYSTICK_DEADZONE = 0.01              # share of a stick that is rest; of throttle 0.05 or more
JOYSTICK_THROTTLE_DIR = -1.0          # -1.0 if up is negative
JOYSTICK_DEVICE_FILE = "/dev/input/js0"  # js0 takes the first gamepad there is
JOYSTICK_ERASE_RECORDS = 100          # records that one press erases
AUTO_RECORD_ON_THROTTLE = True        # its throttle starts and ends recording
AI_LAUNCH_ENABLE_BUTTON = "R2"        # arms AI_LAUNCH_DURATION's push; never stop
MOCK_JOYSTICK_STEERING = 0.0          # steering of CONTROLLER_TYPE mock
MOCK_JOYSTICK_THROTTLE = 0.0          # throttle of it
USE_RC = False                        # drive by the receiver of a remote control on GPIO pins
STEERING_RC_GPIO = 26                 # GPIO (BCM) of the steering channel
THROTTLE_RC_GPIO = 20                 # GPIO (BCM) of the throttle channel
DATA_WIPER_RC_GPIO = 19               # GPIO (BCM) of the third channel, RC3
PIGPIO_STEERING_MID = 1500            # straight ahead, us
PIGPIO_MAX_FORWARD = 2000             # full forward, us
PIGPIO_STOPPED_PWM = 1500             # standing still, us
PIGPIO_MAX_REVERSE = 1000             # full reverse, us
PIGPIO_INVERT = False                 # turn its sticks round
PIGPIO_JITTER = 0.025                 # share of a stick's way that is rest

# WHO DRIVES
# The mode is chosen on the web page: user, local_angle or local.
AI_THROTTLE_MULT = 1.0                # what the pilot's throttle is multiplied by in mode local
# which file of a pilot drives: float32 is exact, int8 fastest; auto takes float32, and int8 on a
# computer where float32 takes more than a tenth of a tick; the log says so: auto, float32, float16
# or int8
PILOT_PRECISION = "auto"
# how much of its throttle the pilot loses where it knows nothing like it, or where pilots of
# --folds disagree; 0 is off
AI_CAUTION = 0.0
AI_LAUNCH_DURATION = 0.0              # length of the push when the pilot takes over, seconds
AI_LAUNCH_THROTTLE = 0.0              # throttle of that push, 0 to 1
AI_LAUNCH_KEEP_ENABLED = False        # push every time the pilot takes over

# RECORDING
# What is written down while you drive, for training.
RECORD_DURING_AI = False              # record also while the pilot drives
AUTO_CREATE_NEW_TUB = False           # a new folder in DATA_PATH for every drive

# SIMULATOR
# A car and a track inside this computer: CAMERA_TYPE and DRIVE_TRAIN_TYPE are then SIM.
SIM_TRACK = "warehouse"               # oval, warehouse, circuit_launch, or a .json file
SIM_SEED = 1                          # same number, same world
SIM_TIME_SCALE = 1.0                  # simulated seconds per second

# TRAINING
# How `donkey train` makes a pilot of your recordings.
# type of pilot without --type: linear, efficient, categorical, inferred, memory, imu, behavior,
# localizer, rnn, 3d, latent, tflite_linear, tflite_efficient, tflite_categorical, tflite_inferred,
# tflite_memory, tflite_imu, tflite_behavior, tflite_localizer, tflite_rnn, tflite_3d or
# tflite_latent
DEFAULT_MODEL_TYPE = "linear"
BATCH_SIZE = 128                      # frames per training step
TRAIN_TEST_SPLIT = 0.8                # share of the records for training; the rest validates
MAX_EPOCHS = 100                      # epochs at most: times through all records
USE_EARLY_STOP = True                 # early stopping: end when the validation loss stops falling
EARLY_STOP_PATIENCE = 5               # epochs without a lower loss before that
MIN_DELTA = 0.0005                    # smallest fall of the loss that counts
OPTIMIZER = None                      # optimizer; None is adam: adam, adamw, nadam, rmsprop or sgd
# weight decay: share of a weight, times the rate, lost per step; None is 0.001 for adamw, 0 for the
# others
WEIGHT_DECAY = None
LEARNING_RATE = 0.001                 # size of a training step
# its schedule; constant cools down at the end: constant, cosine, exponential or step
LEARNING_RATE_SCHEDULE = "constant"
LEARNING_RATE_DROP = 0.5              # what the rate is multiplied by every EPOCHS_PER_DROP
EPOCHS_PER_DROP = 10.0                # see LEARNING_RATE_DROP
WARMUP_EPOCHS = 0.0                   # epochs in which the rate rises first
LEARNING_RATE_DECAY = 0.0             # how much the rate shrinks per step
AVERAGE_WEIGHTS = True                # validate and keep the running mean of the weights
LABEL_SHIFT = 0                       # learn what the driver did so much later, records
# learn the mean of so many labels, an odd number; 1 is the label itself, records
LABEL_WINDOW = 1
FREEZE_LAYERS = False                 # fine-tuning with --transfer: train the last layers only
NUM_LAST_LAYERS_TO_TRAIN = 7          # last layers that are trained, those without weights counted
# compute in bfloat16 where that is enough; None is where this processor is faster with it
MIXED_PRECISION = None
TENSORBOARD = False                   # write a log that TensorBoard shows
SHOW_PLOT = True                      # write a picture of the training beside the pilot
VERBOSE_TRAIN = True                  # show a progress bar
PRINT_MODEL_SUMMARY = True            # print the layers of the network
BALANCE_STEERING = 0.0                # show rare steering more often: 0 as recorded, 1 all alike
TRAIN_FILTER = None                   # function(record) that says whether to train on a record

# TYPES OF PILOT
# Hyper-parameters of the network, and options of some types of pilot.
# activation function of the hidden layers: relu, leaky_relu, elu, tanh, sigmoid or maxout
ACTIVATION = "relu"
# distribution of the first weights: glorot_uniform, glorot_normal, he_uniform or he_normal
INITIALIZER = "glorot_uniform"
L1_PENALTY = 0.0                      # factor of the sum of all weights
L2_PENALTY = 0.0                      # factor of the sum of their squares
MAX_NORM = None                       # largest norm of the weights into a unit; None is any
DROPOUT = None                        # dropout rate; None is that of the type
BATCH_NORM = None                     # batch normalisation; None is what the type has
# throttle of the last bin, the first one being 0; None is what was driven, reverse included
MODEL_CATEGORICAL_MAX_THROTTLE_RANGE = None
# frames that rnn and 3d see at once, answers that memory remembers
SEQUENCE_LENGTH = 3
MEM_DEPTH = 0                         # layers of the memory
BEHAVIOR_LIST = ["Left_Lane", "Right_Lane"]  # ways of driving
NUM_LOCATIONS = 10                    # places that the localizer knows

# BEHAVIORS AND PLACES
# Chosen with a programmable button of the page or the gamepad, and recorded.
TRAIN_BEHAVIORS = False               # let a button choose how to drive, from BEHAVIOR_LIST
BEHAVIOR_BUTTON = "w1"                # button for the next one: w1, w2, w3, w4 or w5
TRAIN_LOCALIZER = False               # let a button say at which of NUM_LOCATIONS places the car is
LOCATION_BUTTON = "w2"                # button for the next one: w1, w2, w3, w4 or w5

# WHAT THE PILOT SEES
# The same changes are made to a frame in training and in driving.
# in this order: CROP, CUT, TRAPEZE, TRAPEZE_EDGE, CANNY, BLUR, RESIZE, SCALE, RGB2BGR, BGR2RGB,
# RGB2HSV, HSV2RGB, BGR2HSV, HSV2BGR, RGB2GRAY, BGR2GRAY, HSV2GRAY, GRAY2RGB or GRAY2BGR
TRANSFORMATIONS = []
# the same, in training after the random changes: CROP, CUT, TRAPEZE, TRAPEZE_EDGE, CANNY, BLUR,
# RESIZE, SCALE, RGB2BGR, BGR2RGB, RGB2HSV, HSV2RGB, BGR2HSV, HSV2BGR, RGB2GRAY, BGR2GRAY, HSV2GRAY,
# GRAY2RGB or GRAY2BGR
POST_TRANSFORMATIONS = []
ROI_CROP_TOP = 45                     # rows at the top that CROP blackens and CUT cuts off, pixels
ROI_CROP_BOTTOM = 0                   # rows at the bottom, pixels
ROI_CROP_RIGHT = 0                    # columns at the right, pixels
ROI_CROP_LEFT = 0                     # columns at the left, pixels
# column of the upper left corner of TRAPEZE; TRAPEZE_EDGE counts from the edges, pixels
ROI_TRAPEZE_UL = 20
ROI_TRAPEZE_UR = 140                  # column of the upper right corner, pixels
ROI_TRAPEZE_LL = 0                    # column of the lower left corner, pixels
ROI_TRAPEZE_LR = 160                  # column of the lower right corner, pixels
ROI_TRAPEZE_MIN_Y = 60                # row of its upper edge, pixels
ROI_TRAPEZE_MAX_Y = 120               # row of its lower edge, pixels
CANNY_LOW_THRESHOLD = 60              # steepness that continues an edge of CANNY
CANNY_HIGH_THRESHOLD = 110            # steepness that begins one
CANNY_APERTURE = 3                    # size of its filter: 3, 5 or 7, pixels
BLUR_KERNEL = 5                       # width of BLUR, odd, pixels
BLUR_KERNEL_Y = None                  # its height, odd; None is the width, pixels
BLUR_GAUSSIAN = True                  # BLUR counts near pixels more
RESIZE_WIDTH = 160                    # width after RESIZE, pixels
RESIZE_HEIGHT = 120                   # height after RESIZE, pixels
SCALE_WIDTH = 1.0                     # factor of SCALE
SCALE_HEIGHT = None                   # its factor upwards; None is the same

# RANDOM CHANGES
# Made to frames in training only, anew every time.
# an empty list is none: FLIP, BRIGHTNESS, CONTRAST, SHADOW, BLUR, NOISE, JPEG, CUTOUT, SHIFT or
# ROTATE
AUGMENTATIONS = ["FLIP", "BRIGHTNESS", "SHADOW"]
# largest change of brightness and contrast, or the smallest and the largest, shares of white
AUG_BRIGHTNESS_RANGE = 0.2
AUG_BLUR_RANGE = [0, 3]               # smallest and largest width of BLUR, pixels

# LOG
# What the console tells.
HAVE_CONSOLE_LOGGING = True           # write the log to the console
LOGGING_LEVEL = "INFO"                # what is shown: DEBUG, INFO, WARNING, ERROR or CRITICAL
LOGGING_FORMAT = "%(message)s"        # look of a line, as in Python's logging
SHOW_FPS = False                      # write the measured loop rate to the log
FPS_DEBUG_INTERVAL = 10               # time between two such lines, seconds
