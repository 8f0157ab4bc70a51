"""Inputs for a pilot that the driver sets with a button: the behavior, and the location."""

from donkeycar.settings.setting import Group, Setting

BUTTONS = ("w1", "w2", "w3", "w4", "w5")

CHOICES = Group(
    "BEHAVIORS AND PLACES",
    "Chosen with a programmable button of the page or the gamepad, and recorded.",
    (
        Setting("TRAIN_BEHAVIORS", False, "let a button choose how to drive, from BEHAVIOR_LIST"),
        Setting(
            "BEHAVIOR_BUTTON", "w1", "button that chooses the next behavior", choices=BUTTONS,
            only_for=("TRAIN_BEHAVIORS", (True,)),
        ),
        Setting(
            "TRAIN_LOCALIZER", False, "let a button say at which of NUM_LOCATIONS places the car is"
        ),
        Setting(
            "LOCATION_BUTTON", "w2", "button that chooses the next place", choices=BUTTONS,
            only_for=("TRAIN_LOCALIZER", (True,)),
        ),
    ),
)  # fmt: skip
