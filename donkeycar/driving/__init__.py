"""Who drives: orders, their sources, how long they are valid, and which driver holds the wheel.

Standard library only.
"""
