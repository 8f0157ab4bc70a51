"""Your own settings: take the # off a line and give it your value.

This file is yours: donkeycar never changes it. It is plain Python, so you may compute values,
import, and define functions. The lines below are those of config.py.
"""
