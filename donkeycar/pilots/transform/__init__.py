"""Transforms (preprocessing): change each frame for the network, in training and on the car.

A pilot carries its transforms in its own file, so that a setting changed later cannot make the
car look at the world differently from how it learned. Frames are ``uint8`` arrays of shape
``(height, width, channels)``; no transform modifies the frame it is given. Where donkeycar 5.x
had a transform of the same name, pixels come out as its OpenCV makes them, to within one grey
level, so that its pilots can be driven on.
"""

from donkeycar.pilots.transform.step import Shape, Step, describe
from donkeycar.pilots.transform.table import TRANSFORMS
from donkeycar.pilots.transform.transforms import Transforms

__all__ = ["TRANSFORMS", "Shape", "Step", "Transforms", "describe"]
