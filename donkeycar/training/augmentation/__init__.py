"""Data augmentation: changes frames at random, so that no two epochs see the same frames.

Without it, a pilot trained on a few thousand frames of one afternoon drives only on such an
afternoon. Mirroring doubles the bends and balances left and right. Brightness and shadows make it
independent of the light. Shift and rotation show how to return to the middle of the lane.
"""

from donkeycar.training.augmentation.augmentation import AUGMENTATIONS, USUAL, Augmentation
from donkeycar.training.augmentation.change import Change, Effect

__all__ = ["AUGMENTATIONS", "USUAL", "Augmentation", "Change", "Effect"]
