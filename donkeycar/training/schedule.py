"""How fast to learn, and when to stop: a full pace, then a cool-down.

The rate stays at its full value while the pilot gets better. When the epochs run out, or when it
has not got better for some time, the rate sinks along half a cosine and training ends with it:
the last steps settle what the large ones found. Stopping without them leaves a pilot wherever the
last large step happened to throw it.

Source: Haegele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations",
arXiv:2405.18392, for the constant rate with a cool-down.
"""

import math

from donkeycar.errors import TrainingError

# Share of the epochs that the cool-down takes.
COOLDOWN_SHARE = 0.4


class Schedule:
    """Learning rate by epoch, and the decision to stop.

    Args:
        epochs: Most epochs to train, 1 or more.
        learning_rate: Full rate, greater than 0.
        decay: The rate is divided by ``1 + decay * steps``; 0 or more.
        patience: Epochs without a better validation loss before the cool-down begins; ``None``
            goes on to the last epoch.
        min_delta: What counts as better, 0 or more.

    Raises:
        TrainingError: If an argument is out of range.
    """

    def __init__(
        self,
        *,
        epochs: int,
        learning_rate: float,
        decay: float = 0.0,
        patience: int | None = 5,
        min_delta: float = 0.0005,
    ) -> None:
        for name, value, good, rule in (
            ("epochs", epochs, epochs >= 1, "1 or more"),
            ("learning_rate", learning_rate, learning_rate > 0, "greater than 0"),
            ("decay", decay, decay >= 0, "0 or more"),
            ("patience", patience, patience is None or patience >= 1, "1 or more, or None"),
            ("min_delta", min_delta, min_delta >= 0, "0 or more"),
        ):
            if not good:
                raise TrainingError(f"`{name}` must be {rule}. Received: {name}={value}")
        self.learning_rate = learning_rate
        self.decay = decay
        self.patience = patience
        self.min_delta = min_delta
        self.end = float(epochs)
        self.cooldown_start = epochs * (1 - COOLDOWN_SHARE)
        self.stopped_early = False
        self._best_loss = math.inf
        self._best_epoch = 0

    def rate(self, epoch: float, step: int) -> float:
        """Learning rate at a moment.

        Args:
            epoch: Epochs done, with fraction: 2.5 is the middle of the third.
            step: Steps done since the beginning.
        """
        rate = self.learning_rate / (1 + self.decay * step)
        if epoch > self.cooldown_start:
            down = (epoch - self.cooldown_start) / (self.end - self.cooldown_start)
            rate *= (1 + math.cos(math.pi * min(down, 1.0))) / 2
        # Optimizers take 0, but a step of nothing teaches nothing.
        return max(rate, self.learning_rate * 1e-3)

    def go_on(self, epochs_done: int, loss: float) -> bool:
        """Take the validation loss of an epoch, and say whether there is to be another.

        Args:
            epochs_done: 1 after the first epoch.
            loss: Validation loss after it.
        """
        if loss < self._best_loss - self.min_delta:
            self._best_loss = loss
            self._best_epoch = epochs_done
        elif (
            self.patience is not None
            and epochs_done - self._best_epoch >= self.patience
            and epochs_done < self.cooldown_start
        ):
            length = max(2, round(epochs_done * COOLDOWN_SHARE / (1 - COOLDOWN_SHARE)))
            self.cooldown_start = float(epochs_done)
            self.end = min(self.end, float(epochs_done + length))
            self.stopped_early = True
        return epochs_done < self.end
