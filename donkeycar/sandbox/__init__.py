"""Processes with limits, in which files of strangers are opened first.

A parser that is fed a hostile file may crash, hang or eat all memory. In a process of its own that
costs a sentence, not a car.
"""
