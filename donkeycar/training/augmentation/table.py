"""The random changes by name."""

from donkeycar.training.augmentation.blur import Blur
from donkeycar.training.augmentation.change import Change
from donkeycar.training.augmentation.flip import Flip
from donkeycar.training.augmentation.light import Light, Shadow
from donkeycar.training.augmentation.noise import Cutout, Jpeg, Noise
from donkeycar.training.augmentation.shift import Rotate, Shift

# What `AUGMENTATIONS` may name.
AUGMENTATIONS: dict[str, Change] = {
    "FLIP": Flip(),
    "SHIFT": Shift(),
    "ROTATE": Rotate(),
    "BRIGHTNESS": Light(),
    "CONTRAST": Light(share=0.5, brightness=(0.0, 0.0), contrast=(-0.4, 0.4)),
    "SHADOW": Shadow(),
    "BLUR": Blur(),
    "NOISE": Noise(),
    "JPEG": Jpeg(),
    "CUTOUT": Cutout(),
}

# What is done to recordings whose owner says nothing.
USUAL = ("FLIP", "BRIGHTNESS", "SHADOW")
