"""Training: from recordings to a pilot that drives."""

from donkeycar.training.options import TrainingOptions
from donkeycar.training.progress import Bars, Lines, Progress, Silent
from donkeycar.training.result import TrainingResult
from donkeycar.training.trainer import train

__all__ = ["Bars", "Lines", "Progress", "Silent", "TrainingOptions", "TrainingResult", "train"]
