"""From recordings to a pilot that drives."""

from donkeycar.training.progress import Bars, Progress, Silent
from donkeycar.training.result import TrainingResult
from donkeycar.training.trainer import train

__all__ = ["Bars", "Progress", "Silent", "TrainingResult", "train"]
