"""Image transforms: the changes to a frame before a pilot gets it, on the car and in training."""

from donkeycar.settings.setting import Group, Setting

STEPS = (
    "CROP", "CUT", "TRAPEZE", "TRAPEZE_EDGE", "CANNY", "BLUR", "RESIZE", "SCALE", "RGB2BGR",
    "BGR2RGB", "RGB2HSV", "HSV2RGB", "BGR2HSV", "HSV2BGR", "RGB2GRAY", "BGR2GRAY", "HSV2GRAY",
    "GRAY2RGB", "GRAY2BGR",
)  # fmt: skip
# Prefix of the name of a transform that the owner wrote, as in CUSTOM_STRETCH; its file and class
# are CUSTOM_STRETCH_MODULE and CUSTOM_STRETCH_CLASS.
OWN_STEP = "CUSTOM"

TRANSFORMING = Group(
    "WHAT THE PILOT SEES",
    "Changes that are made to every frame, in training and in driving alike.",
    (
        Setting(
            "TRANSFORMATIONS", (),
            "changes to every frame, in this order",
            kind="strings", choices=STEPS, prefix=OWN_STEP,
        ),
        Setting(
            "POST_TRANSFORMATIONS", (), "the same, but in training after the random changes",
            kind="strings", choices=STEPS, prefix=OWN_STEP,
        ),
        Setting(
            "ROI_CROP_TOP", 45, "rows at the top that CROP blackens and CUT cuts off",
            unit="pixels", low=0,
        ),
        Setting("ROI_CROP_BOTTOM", 0, "rows at the bottom that they remove", unit="pixels", low=0),
        Setting("ROI_CROP_RIGHT", 0, "columns at the right that they remove", unit="pixels", low=0),
        Setting("ROI_CROP_LEFT", 0, "columns at the left that they remove", unit="pixels", low=0),
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
        Setting(
            "CANNY_LOW_THRESHOLD", 60,
            "lower threshold of CANNY: gradient that continues an edge",
            low=0,
        ),
        Setting(
            "CANNY_HIGH_THRESHOLD", 110,
            "upper threshold of CANNY: gradient that starts an edge",
            low=0,
        ),
        Setting("CANNY_APERTURE", 3, "size of its Sobel filter", unit="pixels", choices=(3, 5, 7)),
        Setting(
            "BLUR_KERNEL", 5,
            "kernel width of BLUR, an odd number",
            unit="pixels", low=1, high=99,
        ),
        Setting(
            "BLUR_KERNEL_Y", None,
            "kernel height of BLUR, an odd number; None is the width",
            kind="int", unit="pixels",
            low=1, high=99, optional=True,
        ),
        Setting("BLUR_GAUSSIAN", True, "BLUR gives near pixels more weight"),
        Setting("RESIZE_WIDTH", 160, "width after RESIZE", unit="pixels", low=1, high=4096),
        Setting("RESIZE_HEIGHT", 120, "height after RESIZE", unit="pixels", low=1, high=4096),
        Setting("SCALE_WIDTH", 1.0, "factor of SCALE on the width", low=0.001, high=100),
        Setting(
            "SCALE_HEIGHT", None,
            "factor of SCALE on the height; None is SCALE_WIDTH",
            kind="float", low=0.001,
            high=100, optional=True,
        ),
    ),
)  # fmt: skip

AUGMENTING = Group(
    "RANDOM CHANGES",
    "Data augmentation: changes to frames in training only, new ones every time.",
    (
        Setting(
            "AUGMENTATIONS", ("FLIP", "BRIGHTNESS", "SHADOW"),
            "random changes, in this order; an empty list makes none",
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
