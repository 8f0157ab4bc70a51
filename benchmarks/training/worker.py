"""Trains and asks the `linear` pilot of donkeycar 5.3; runs in 5.3's own environment.

Called as ``python -I worker.py FOLDER SEED``. FOLDER holds `train`, a tub for 5.3 to learn
from, and `validation.txt`, paths of frames to answer for; the answers go to `answers.json`.
"""

import json
import os
import random
import sys
import time
from pathlib import Path


def main(folder: Path, seed: int) -> None:
    """Train as `donkey train` of 5.3 does by default, then predict for every frame."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import numpy as np
    import tensorflow as tf
    from donkeycar.pipeline.training import train
    from PIL import Image

    import donkeycar as dk
    from donkeycar.utils import get_model_by_type

    random.seed(seed)
    np.random.seed(seed)
    tf.random.set_seed(seed)
    template = Path(dk.__file__).parent / "templates" / "cfg_complete.py"
    (folder / "config.py").write_text(template.read_text())
    (folder / "models").mkdir(exist_ok=True)
    cfg = dk.load_config(str(folder / "config.py"))
    cfg.SHOW_PLOT = cfg.CREATE_TF_LITE = cfg.PRINT_MODEL_SUMMARY = False
    model = str(folder / "models" / "peer.savedmodel")

    epochs = []
    _stamp_epochs(tf, epochs)
    started_s = time.monotonic()
    history = train(cfg, str(folder / "train"), model, "linear")
    duration_s = time.monotonic() - started_s

    pilot = get_model_by_type("linear", cfg)
    pilot.load(model)
    answers = []
    for path in (folder / "validation.txt").read_text().splitlines():
        angle, throttle = pilot.run(np.asarray(Image.open(path)))
        answers.append((float(angle), float(throttle)))
    report = {
        "answers": answers,
        "duration_s": duration_s,
        "val_loss": [float(loss) for loss in history["val_loss"]],
        "epochs": epochs,
        "batch_size": cfg.BATCH_SIZE,
        "train_share": cfg.TRAIN_TEST_SPLIT,
        "versions": {"donkeycar": dk.__version__, "tensorflow": tf.__version__},
    }
    (folder / "answers.json").write_text(json.dumps(report))


def _stamp_epochs(tf, epochs: list[list[float]]) -> None:
    """Let Keras note for each epoch its start, the end of its steps, and the end of validation.

    Args:
        tf: The module ``tensorflow``.
        epochs: Filled with seconds since now.
    """
    started_s = time.monotonic()

    class Stamp(tf.keras.callbacks.Callback):
        """Notes when each epoch began, was trained, and was validated."""

        def now(self, *_):
            return round(time.monotonic() - started_s, 3)

        def on_epoch_begin(self, epoch, logs=None):
            epochs.append([self.now()])

        def on_test_begin(self, logs=None):
            epochs[-1].append(self.now())

        def on_epoch_end(self, epoch, logs=None):
            epochs[-1].append(self.now())

    fit = tf.keras.Model.fit

    def stamped_fit(self, *args, callbacks, **kwargs):
        return fit(self, *args, callbacks=[*callbacks, Stamp()], **kwargs)

    tf.keras.Model.fit = stamped_fit


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
