"""Ways of learning, by name."""

import pytest

from donkeycar.errors import TrainingError
from donkeycar.keras_backend import import_keras
from donkeycar.training.epochs.optimizers import OPTIMIZER_NAMES, check_optimizer, make_optimizer


@pytest.mark.parametrize("name", OPTIMIZER_NAMES)
def test_every_name_makes_an_optimizer_with_the_rate_and_decay_asked_for(name):
    import_keras()
    optimizer = make_optimizer(name, 0.01, 0.002)
    assert type(optimizer).__name__.lower() == name
    assert float(optimizer.learning_rate) == pytest.approx(0.01)
    assert optimizer.weight_decay == 0.002


def test_only_adamw_lets_weights_decay_by_itself():
    import_keras()
    decays = {name: make_optimizer(name, 0.01).weight_decay for name in OPTIMIZER_NAMES}
    assert {name for name, decay in decays.items() if decay} == {"adamw"}


def test_biases_do_not_decay():
    keras = import_keras()
    layer = keras.layers.Dense(1, kernel_initializer="ones", bias_initializer="ones")
    layer.build((None, 1))
    optimizer = make_optimizer("sgd", 1.0, 0.5)
    optimizer.apply([keras.ops.zeros_like(v) for v in layer.variables], layer.variables)
    assert layer.kernel.numpy().item() == pytest.approx(0.5)
    assert layer.bias.numpy().item() == 1.0


@pytest.mark.parametrize(
    ("name", "decay", "message"),
    [
        ("adma", None, r"`optimizer` must be one of \['adam', .* Received: 'adma'"),
        ("adam", -0.1, "`weight_decay` must be 0 or more, or None. Received: -0.1"),
        ("adam", float("nan"), "`weight_decay` must be"),
    ],
)
def test_what_cannot_be_made_is_refused(name, decay, message):
    with pytest.raises(TrainingError, match=message):
        check_optimizer(name, decay)
