"""The drivetrain from settings: `add_drivetrain`, and what the guardian opens and switches off.

The guardian and the last stop import modules of this package, so each of them imports little.
"""

from typing import TYPE_CHECKING

from donkeycar.lazy import names_of

if TYPE_CHECKING:
    from donkeycar.assembly.drivetrain.add import add_drivetrain
    from donkeycar.assembly.drivetrain.table import DRIVETRAINS

__all__ = ["DRIVETRAINS", "add_drivetrain"]

__getattr__ = names_of(__name__, {"DRIVETRAINS": "table", "add_drivetrain": "add"})
