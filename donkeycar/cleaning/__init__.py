"""Data cleaning: what was fitted to some recordings, saved as JSON, and applied to records.

`donkeycar.analysis` fits the steps with an engine, the trainer applies them with numpy alone. A tub
is never rewritten.
"""

from donkeycar.cleaning.cleaning import Cleaned, Cleaning
from donkeycar.cleaning.file import read_cleaning, write_cleaning
from donkeycar.cleaning.step import Counts

__all__ = ["Cleaned", "Cleaning", "Counts", "read_cleaning", "write_cleaning"]
