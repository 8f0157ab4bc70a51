"""Reading LeRobot datasets, of versions 2.0, 2.1 and 3.0.

Source: lerobot 0.3.3 (version 2.1) and 0.6.1 (version 3.0), names and columns of its datasets.
The paths in a dataset's own description are not used: the fixed layout of its version is.
"""
