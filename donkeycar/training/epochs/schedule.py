"""The learning-rate schedule, and early stopping.

``constant`` keeps the full learning rate while the validation loss falls. When the last epochs are
near, or the loss has not fallen for some epochs, a cool-down begins: the rate falls along half a
cosine, and the training ends with it. Without these small last steps, the weights would stay where
the last large step left them. The other schedules lower the rate anyway, and stop at once when the
loss no longer falls.

Source: Haegele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations",
arXiv:2405.18392, for the constant rate with a cool-down; Loshchilov and Hutter, "SGDR",
arXiv:1608.03983, for the cosine.
"""

import math
from collections.abc import Callable
from typing import Any

from donkeycar.errors import TrainingError

# Share of the epochs that the cool-down takes.
COOLDOWN_SHARE = 0.4


class Schedule:
    """Learning rate by epoch, and the decision to stop.

    Args:
        epochs: Most epochs to train, 1 or more.
        learning_rate: Full rate, greater than 0.
        shape: ``constant`` with a cool-down, ``cosine`` from the first epoch to the last,
            ``exponential`` or ``step``.
        drop: Factor on the rate every `epochs_per_drop`, greater than 0 and less than 1; gradually
            for ``exponential``, at once for ``step``.
        epochs_per_drop: Epochs per drop, greater than 0.
        warmup_epochs: Number of epochs in which the rate rises linearly, less than `epochs`.
        decay: The rate is divided by ``1 + decay * steps``; 0 or more.
        patience: Epochs without a better validation loss before the end begins; ``None`` continues
            to the last epoch.
        min_delta: Smallest improvement that counts, 0 or more.

    Raises:
        TrainingError: If an argument is out of range.
    """

    def __init__(
        self,
        *,
        epochs: int,
        learning_rate: float,
        shape: str = "constant",
        drop: float = 0.5,
        epochs_per_drop: float = 10.0,
        warmup_epochs: float = 0.0,
        decay: float = 0.0,
        patience: int | None = 5,
        min_delta: float = 0.0005,
    ) -> None:
        for name, value, good, rule in (
            ("epochs", epochs, epochs >= 1, "1 or more"),
            ("learning_rate", learning_rate, 0 < learning_rate < math.inf, "greater than 0"),
            ("schedule", shape, shape in SHAPES, f"one of {list(SHAPES)}"),
            ("drop", drop, 0 < drop < 1, "greater than 0 and less than 1"),
            ("epochs_per_drop", epochs_per_drop, epochs_per_drop > 0, "greater than 0"),
            ("warmup_epochs", warmup_epochs, 0 <= warmup_epochs < epochs, "less than the epochs"),
            ("decay", decay, 0 <= decay < math.inf, "0 or more"),
            ("patience", patience, patience is None or patience >= 1, "1 or more, or None"),
            ("min_delta", min_delta, min_delta >= 0, "0 or more"),
        ):
            if not good:
                raise TrainingError(f"`{name}` must be {rule}. Received: {name}={value}")
        self.learning_rate = learning_rate
        self.drop = drop
        self.epochs_per_drop = epochs_per_drop
        self.epochs = epochs
        self.end = float(epochs)
        self.cooldown_start = epochs * (1 - COOLDOWN_SHARE)
        self.stopped_early = False
        self._shape = SHAPES[shape]
        self._cools_down = shape == "constant"
        self._warmup_epochs = warmup_epochs
        self._decay = decay
        self._patience = patience
        self._min_delta = min_delta
        self._best_loss = math.inf
        self._best_epoch = 0

    def rate(self, epoch: float, step: int) -> float:
        """Learning rate at a moment.

        Args:
            epoch: Finished epochs, with fraction: 2.5 is the middle of the third.
            step: Finished steps since the beginning.
        """
        rate = self.learning_rate / (1 + self._decay * step) * self._shape(self, epoch)
        if epoch < self._warmup_epochs:
            rate *= epoch / self._warmup_epochs
        # Optimizers accept 0, but such a step changes nothing.
        return max(rate, self.learning_rate * 1e-3)

    def go_on(self, epochs_done: int, loss: float) -> bool:
        """Take the validation loss of an epoch; return whether another epoch follows.

        Args:
            epochs_done: 1 after the first epoch.
            loss: Validation loss after it.
        """
        if loss < self._best_loss - self._min_delta:
            self._best_loss = loss
            self._best_epoch = epochs_done
        elif self._patience is not None and epochs_done - self._best_epoch >= self._patience:
            self._begin_the_end(epochs_done)
        return epochs_done < self.end

    def state(self) -> dict[str, Any]:
        """The data for `restore`, as plain numbers."""
        return {
            "end": self.end,
            "cooldown_start": self.cooldown_start,
            "stopped_early": self.stopped_early,
            # JSON has no infinity.
            "best_loss": None if math.isinf(self._best_loss) else self._best_loss,
            "best_epoch": self._best_epoch,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        self.end = float(state["end"])
        self.cooldown_start = float(state["cooldown_start"])
        self.stopped_early = bool(state["stopped_early"])
        self._best_loss = math.inf if state["best_loss"] is None else float(state["best_loss"])
        self._best_epoch = int(state["best_epoch"])

    def _begin_the_end(self, epochs_done: int) -> None:
        """Cool down or stop, because there was no improvement for too long."""
        if not self._cools_down:
            self.stopped_early = epochs_done < self.end
            self.end = min(self.end, float(epochs_done))
        elif epochs_done < self.cooldown_start:
            length = max(2, round(epochs_done * COOLDOWN_SHARE / (1 - COOLDOWN_SHARE)))
            self.cooldown_start = float(epochs_done)
            self.end = min(self.end, float(epochs_done + length))
            self.stopped_early = True


def _constant(schedule: Schedule, epoch: float) -> float:
    """Full rate, until the cool-down."""
    if epoch <= schedule.cooldown_start:
        return 1.0
    down = (epoch - schedule.cooldown_start) / (schedule.end - schedule.cooldown_start)
    return _half_cosine(down)


def _cosine(schedule: Schedule, epoch: float) -> float:
    """Falling rate from the beginning to the end."""
    return _half_cosine(epoch / schedule.epochs)


def _exponential(schedule: Schedule, epoch: float) -> float:
    """The rate falls by the same factor in every step."""
    return float(schedule.drop ** (epoch / schedule.epochs_per_drop))


def _step(schedule: Schedule, epoch: float) -> float:
    """The rate falls by the same factor every few epochs, at once."""
    return float(schedule.drop ** math.floor(epoch / schedule.epochs_per_drop))


def _half_cosine(share: float) -> float:
    """From 1 at 0 to 0 at 1."""
    return (1 + math.cos(math.pi * min(share, 1.0))) / 2


# The schedules for `LEARNING_RATE_SCHEDULE`: the share of the full rate at an epoch.
SHAPES: dict[str, Callable[[Schedule, float], float]] = {
    "constant": _constant,
    "cosine": _cosine,
    "exponential": _exponential,
    "step": _step,
}
