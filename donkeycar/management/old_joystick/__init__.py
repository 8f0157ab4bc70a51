"""Translates the ``my_joystick.py`` of earlier versions into settings, without running it."""
