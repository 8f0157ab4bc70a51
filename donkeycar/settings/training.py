"""How a pilot is trained."""

from donkeycar.settings.setting import Group, Setting, later

TRAINING = Group(
    "TRAINING",
    "How `donkey train` makes a pilot of your recordings.",
    (
        Setting(
            "DEFAULT_MODEL_TYPE", "linear", "kind of pilot without --type",
            choices=("linear", "tflite_linear"),
            later_choices=(
                "categorical", "inferred", "memory", "imu", "behavior", "localizer", "rnn", "3d",
                "fastai_linear", "resnet18", "tflite_categorical",
                "tensorrt_linear", "tensorrt_categorical", "coral",
            ),
        ),
        Setting("BATCH_SIZE", 128, "frames per training step", low=1, high=65536),
        Setting(
            "TRAIN_TEST_SPLIT", 0.8, "share of the records that is learnt from; the rest judges",
            low=0.01, high=0.99,
        ),
        Setting("MAX_EPOCHS", 100, "most times through all records", low=1, high=100000),
        Setting("USE_EARLY_STOP", True, "end when the pilot stops getting better"),
        Setting(
            "EARLY_STOP_PATIENCE", 5, "epochs without getting better before that", low=1,
            high=100000,
        ),
        Setting("MIN_DELTA", 0.0005, "smallest gain that counts as better", low=0, high=1000),
        Setting(
            "OPTIMIZER", None, "how it learns; None is adam", kind="str",
            choices=("adam", "adamw", "rmsprop", "sgd"), optional=True,
        ),
        Setting("LEARNING_RATE", 0.001, "size of a learning step", low=1e-9, high=10),
        Setting(
            "LEARNING_RATE_DECAY", 0.0, "how much the step shrinks per step taken", low=0, high=1
        ),
        Setting("SHOW_PLOT", True, "write a picture of the training beside the pilot"),
        Setting("VERBOSE_TRAIN", True, "show a progress bar"),
        Setting("PRINT_MODEL_SUMMARY", True, "print the layers of the network"),
        Setting(
            "TRAIN_FILTER", None, "function(record) that says whether a record is learnt from",
            kind="function", optional=True,
        ),
    ),
)  # fmt: skip

OTHER_TRAINING = Group(
    "MORE TRAINING",
    "Other frameworks, other networks.",
    (
        *later(
            "a choice of framework",
            (
                Setting(
                    "DEFAULT_AI_FRAMEWORK", "tensorflow", "what trains the pilot",
                    choices=("tensorflow",), later_choices=("pytorch",),
                ),
                Setting("CREATE_TENSOR_RT", False, "also write the model for TensorRT"),
                Setting("SAVE_MODEL_AS_H5", False, "write the old .h5 file"),
            ),
        ),
        *later(
            "training on from another pilot",
            (
                Setting("FREEZE_LAYERS", False, "keep the first layers as they are"),
                Setting("NUM_LAST_LAYERS_TO_TRAIN", 7, "layers that still learn", low=1),
            ),
        ),
        *later(
            "this kind of pilot",
            (
                Setting("MODEL_CATEGORICAL_MAX_THROTTLE_RANGE", 0.8, "its throttle", low=0, high=1),
                Setting("SEQUENCE_LENGTH", 3, "frames it sees at once", low=1),
                Setting("MEM_DEPTH", 0, "layers of its memory", low=0),
                Setting("TRAIN_BEHAVIORS", False, "train a pilot with behaviours"),
                Setting(
                    "BEHAVIOR_LIST", ("Left_Lane", "Right_Lane"), "its behaviours", kind="strings"
                ),
                Setting(
                    "BEHAVIOR_LED_COLORS", ((0, 10, 0), (10, 0, 0)), "their colours", kind="any"
                ),
                Setting("TRAIN_LOCALIZER", False, "train a pilot that knows where it is"),
                Setting("NUM_LOCATIONS", 10, "places it knows", low=1),
                Setting("LOC_COLORS", (), "their colours", kind="any"),
            ),
        ),
    ),
)  # fmt: skip
