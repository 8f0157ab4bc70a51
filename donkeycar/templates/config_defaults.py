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
IMAGE_DEPTH = 3                       # colours of a frame: 3 is RGB
CAMERA_FRAMERATE = 20                 # no use in more than DRIVE_LOOP_HZ, frames per second
CAMERA_VFLIP = False                  # turn the picture upside down
CAMERA_HFLIP = False                  # swap left and right
CAMERA_INDEX = 0                      # which of several Pi cameras
PATH_MASK = "data/images/*.jpg"       # pictures that camera IMAGE_LIST shows in turn
CAMERA_TUB = "data"                   # recording that camera TUB plays again

# DRIVETRAIN
# What turns the wheels.
DRIVE_TRAIN_TYPE = "MOCK"             # MOCK moves nothing: MOCK or SIM

# WEB PAGE
# Drive from a phone or a browser.
WEB_CONTROL_PORT = 8887               # port of the web page; 0 takes any free one
WEB_HOST = "0.0.0.0"                  # address it listens on; 127.0.0.1 admits this computer only
WEB_AUTH = "pair"                     # pair admits who has link or PIN, none anyone
WEB_INIT_MODE = "user"                # mode the car starts in: user, local_angle or local

# WHO DRIVES
# The mode is chosen on the web page: user, local_angle or local.
AI_THROTTLE_MULT = 1.0                # what the pilot's throttle is multiplied by in mode local
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
DEFAULT_MODEL_TYPE = "linear"         # kind of pilot without --type: linear or tflite_linear
BATCH_SIZE = 128                      # frames per training step
TRAIN_TEST_SPLIT = 0.8                # share of the records that is learnt from; the rest judges
MAX_EPOCHS = 100                      # most times through all records
USE_EARLY_STOP = True                 # end when the pilot stops getting better
EARLY_STOP_PATIENCE = 5               # epochs without getting better before that
MIN_DELTA = 0.0005                    # smallest gain that counts as better
OPTIMIZER = None                      # how it learns; None is adam: adam, adamw, rmsprop or sgd
LEARNING_RATE = 0.001                 # size of a learning step
LEARNING_RATE_DECAY = 0.0             # how much the step shrinks per step taken
SHOW_PLOT = True                      # write a picture of the training beside the pilot
VERBOSE_TRAIN = True                  # show a progress bar
PRINT_MODEL_SUMMARY = True            # print the layers of the network
TRAIN_FILTER = None                   # function(record) that says whether a record is learnt from

# WHAT THE PILOT SEES
# The same changes are made to a frame in training and in driving.
TRANSFORMATIONS = []                  # in this order: CROP, TRAPEZE, RGB2GRAY, RGB2BGR or BGR2RGB
ROI_CROP_TOP = 45                     # rows CROP blackens at the top, pixels
ROI_CROP_BOTTOM = 0                   # rows at the bottom, pixels
ROI_CROP_RIGHT = 0                    # columns at the right, pixels
ROI_CROP_LEFT = 0                     # columns at the left, pixels
ROI_TRAPEZE_UL = 20                   # column of the upper left corner of TRAPEZE, pixels
ROI_TRAPEZE_UR = 140                  # column of the upper right corner, pixels
ROI_TRAPEZE_LL = 0                    # column of the lower left corner, pixels
ROI_TRAPEZE_LR = 160                  # column of the lower right corner, pixels
ROI_TRAPEZE_MIN_Y = 60                # row of its upper edge, pixels
ROI_TRAPEZE_MAX_Y = 120               # row of its lower edge, pixels

# LOG
# What the console tells.
HAVE_CONSOLE_LOGGING = True           # write the log to the console
LOGGING_LEVEL = "INFO"                # what is shown: DEBUG, INFO, WARNING, ERROR or CRITICAL
LOGGING_FORMAT = "%(message)s"        # look of a line, as in Python's logging
SHOW_FPS = False                      # write the measured loop rate to the log
FPS_DEBUG_INTERVAL = 10               # time between two such lines, seconds
