"""What a pilot is shown of a frame, on the car and in training."""

from donkeycar.settings.setting import Group, Setting

STEPS = (
    "CROP", "CUT", "TRAPEZE", "TRAPEZE_EDGE", "CANNY", "BLUR", "RESIZE", "SCALE", "RGB2BGR",
    "BGR2RGB", "RGB2HSV", "HSV2RGB", "BGR2HSV", "HSV2BGR", "RGB2GRAY", "BGR2GRAY", "HSV2GRAY",
    "GRAY2RGB", "GRAY2BGR",
)  # fmt: skip
# Begins the name of a transform that the owner wrote, as in CUSTOM_STRETCH; its file and class are
# CUSTOM_STRETCH_MODULE and CUSTOM_STRETCH_CLASS.
OWN_STEP = "CUSTOM"

TRANSFORMING = Group(
    "WHAT THE PILOT SEES",
    "The same changes are made to a frame in training and in driving.",
    (
        Setting(
            "TRANSFORMATIONS", (), "in this order", kind="strings", choices=STEPS, prefix=OWN_STEP,
        ),
        Setting(
            "POST_TRANSFORMATIONS", (), "the same, in training after the random changes",
            kind="strings", choices=STEPS, prefix=OWN_STEP,
        ),
        Setting(
            "ROI_CROP_TOP", 45, "rows at the top that CROP blackens and CUT cuts off",
            unit="pixels", low=0,
        ),
        Setting("ROI_CROP_BOTTOM", 0, "rows at the bottom", unit="pixels", low=0),
        Setting("ROI_CROP_RIGHT", 0, "columns at the right", unit="pixels", low=0),
        Setting("ROI_CROP_LEFT", 0, "columns at the left", unit="pixels", low=0),
        Setting(
            "ROI_TRAPEZE_UL", 20,
            "column of the upper left corner of TRAPEZE; TRAPEZE_EDGE counts from the edges",
            unit="pixels",
        ),
        Setting("ROI_TRAPEZE_UR", 140, "column of the upper right corner", unit="pixels"),
        Setting("ROI_TRAPEZE_LL", 0, "column of the lower left corner", unit="pixels"),
        Setting("ROI_TRAPEZE_LR", 160, "column of the lower right corner", unit="pixels"),
        Setting("ROI_TRAPEZE_MIN_Y", 60, "row of its upper edge", unit="pixels", low=0),
        Setting("ROI_TRAPEZE_MAX_Y", 120, "row of its lower edge", unit="pixels", low=0),
        Setting("CANNY_LOW_THRESHOLD", 60, "steepness that continues an edge of CANNY", low=0),
        Setting("CANNY_HIGH_THRESHOLD", 110, "steepness that begins one", low=0),
        Setting("CANNY_APERTURE", 3, "size of its filter", unit="pixels", choices=(3, 5, 7)),
        Setting("BLUR_KERNEL", 5, "width of BLUR, odd", unit="pixels", low=1, high=99),
        Setting(
            "BLUR_KERNEL_Y", None, "its height, odd; None is the width", kind="int", unit="pixels",
            low=1, high=99, optional=True,
        ),
        Setting("BLUR_GAUSSIAN", True, "BLUR counts near pixels more"),
        Setting("RESIZE_WIDTH", 160, "width after RESIZE", unit="pixels", low=1, high=4096),
        Setting("RESIZE_HEIGHT", 120, "height after RESIZE", unit="pixels", low=1, high=4096),
        Setting("SCALE_WIDTH", 1.0, "factor of SCALE", low=0.001, high=100),
        Setting(
            "SCALE_HEIGHT", None, "its factor upwards; None is the same", kind="float", low=0.001,
            high=100, optional=True,
        ),
    ),
)  # fmt: skip

AUGMENTING = Group(
    "RANDOM CHANGES",
    "Made to frames in training only, anew every time.",
    (
        Setting(
            "AUGMENTATIONS", ("FLIP", "BRIGHTNESS", "SHADOW"), "an empty list is none",
            kind="strings",
            choices=(
                "FLIP", "BRIGHTNESS", "CONTRAST", "SHADOW", "BLUR", "NOISE", "JPEG", "CUTOUT",
                "SHIFT", "ROTATE",
            ),
            dead_choices=("MULTIPLY",),
        ),
        Setting(
            "AUG_BRIGHTNESS_RANGE", 0.2,
            "largest change of brightness and contrast, or the smallest and the largest",
            kind="range", unit="shares of white",
        ),
        Setting(
            "AUG_BLUR_RANGE", (0, 3), "smallest and largest width of BLUR", kind="range",
            unit="pixels", only_for=("AUGMENTATIONS", ("BLUR",)),
        ),
    ),
)  # fmt: skip
