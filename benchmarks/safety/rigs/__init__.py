"""What each camera stands on where none is: hardware, or files, that a test shows to and breaks.

A new camera is one row of `RIGS`. The test that every camera passes and the benchmark
`camera_loss` take it from here.
"""

from benchmarks.safety.rigs.csic import CSICRig
from benchmarks.safety.rigs.d435 import D435Rig
from benchmarks.safety.rigs.files import ImageListRig, TubRig
from benchmarks.safety.rigs.made import MockRig, OwnRig, SimRig
from benchmarks.safety.rigs.oakd import OakDRig
from benchmarks.safety.rigs.picamera import PicameraRig
from benchmarks.safety.rigs.rig import Rig
from benchmarks.safety.rigs.stream import StreamRig
from benchmarks.safety.rigs.v4l import V4LRig

# The words of CAMERA_TYPE.
RIGS: dict[str, type[Rig]] = {
    "PICAM": PicameraRig,
    "V4L": V4LRig,
    "CVCAM": V4LRig,
    "WEBCAM": V4LRig,
    "CSIC": CSICRig,
    "STREAM": StreamRig,
    "OAKD": OakDRig,
    "D435": D435Rig,
    "IMAGE_LIST": ImageListRig,
    "TUB": TubRig,
    "MOCK": MockRig,
    "SIM": SimRig,
}

# Those whose loss is measured: every one with hardware, once, and a class of the owner's own.
LOSABLE: dict[str, type[Rig]] = {
    "OWN": OwnRig,
    **{word: rig for word, rig in RIGS.items() if rig.breaks and word not in ("CVCAM", "WEBCAM")},
}
