"""Writing tubs in the formats of other programs: one file for each format, and `table` lists them.

A format is a function ``write(selection, out, progress, **options)``: it writes `Selection.frames`
to the draft `out`, a file or an empty folder, and returns facts for the summary.
"""
