"""Makes every epoch look at the recordings a little differently.

A few thousand frames of one afternoon teach a pilot that afternoon. Mirroring doubles the bends
and balances left and right; brightness and shadows keep it from learning the light; a car that
seems to stand aside or point aside teaches it to come back.
"""

from donkeycar.training.augmentation.augmentation import AUGMENTATIONS, USUAL, Augmentation
from donkeycar.training.augmentation.change import Change, Effect

__all__ = ["AUGMENTATIONS", "USUAL", "Augmentation", "Change", "Effect"]
