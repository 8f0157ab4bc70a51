"""Statistics of any number of tubs, computed by DuckDB (the extra ``[analysis]``).

The names below are loaded when first used. `TubFrame` is where to begin.
"""

from typing import TYPE_CHECKING

from donkeycar.lazy import names_of

if TYPE_CHECKING:
    from donkeycar.analysis.frame import TubFrame
    from donkeycar.analysis.safety import SafetyLimitWarning
    from donkeycar.analysis.strata import Bucket, Quantile, Range

__all__ = ["Bucket", "Quantile", "Range", "SafetyLimitWarning", "TubFrame"]

_HOMES = {
    "Bucket": "strata",
    "Quantile": "strata",
    "Range": "strata",
    "SafetyLimitWarning": "safety",
    "TubFrame": "frame",
}

__getattr__ = names_of(__name__, _HOMES)
