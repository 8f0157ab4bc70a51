"""Your own settings: take the # off a line and give it your value.

This file is yours. Only `donkey calibrate`, `donkey gamepad` and an upgrade of the car write
into it: they change what they are for and leave all other lines as they are. It is plain Python, so
you may compute values, import, and define functions. The lines below are those of config.py.
"""
