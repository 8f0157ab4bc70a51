"""Sandbox: processes with limits, in which files from strangers are opened first.

A parser that reads a hostile file may crash, hang or use up all memory. In a process of its own,
the result is an error message, and the car is not affected.
"""
