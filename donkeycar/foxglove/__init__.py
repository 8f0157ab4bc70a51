"""How a drive is called in Foxglove: topics, schemas and the layout that shows them.

A recording and a car that drives use the same names.
"""
