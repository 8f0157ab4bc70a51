"""Recordings in the formats of other programs: `importing` reads them, `exporting` writes them.

Independent of parts and settings. Files of others are read as data only; what is written appears as
a whole, or not at all.
"""
