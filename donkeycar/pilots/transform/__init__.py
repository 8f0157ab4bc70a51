"""Transforms (preprocessing): change each frame for the network, in training and on the car.

A pilot carries its transforms in its own file, so that a later change of a setting cannot change
what the pilot sees. Frames are ``uint8`` arrays of shape ``(height, width, channels)``; no
transform modifies the frame it is given. If donkeycar 5.x had a transform of the same name, the
pixels equal those of OpenCV, which it used, to within one grey level, so that its pilots can still
drive.
"""

from donkeycar.pilots.transform.step import Shape, Step, describe
from donkeycar.pilots.transform.table import TRANSFORMS
from donkeycar.pilots.transform.transforms import Transforms

__all__ = ["TRANSFORMS", "Shape", "Step", "Transforms", "describe"]
