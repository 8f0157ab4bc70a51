"""The lab: the pages beside the drive page, and the process that does their work.

A page is a folder in ``pages/``, a module with its actions, and a row in `table.PAGES`. The work
runs in the *lab worker* (``python -m donkeycar.lab``), never in the process that drives.
"""
