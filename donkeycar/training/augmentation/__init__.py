"""Data augmentation: changes frames at random, so that no epoch sees the same ones.

From a few thousand frames of one afternoon, a pilot learns that afternoon. Mirroring doubles the
bends and balances left and right. Brightness and shadows keep it from learning the light. Shift and
rotation show how to come back to the middle of the lane.
"""

from donkeycar.training.augmentation.augmentation import AUGMENTATIONS, USUAL, Augmentation
from donkeycar.training.augmentation.change import Change, Effect

__all__ = ["AUGMENTATIONS", "USUAL", "Augmentation", "Change", "Effect"]
