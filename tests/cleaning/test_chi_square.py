"""The quantiles of the chi-square distribution, against printed tables and known formulas."""

import math

import pytest

from donkeycar.cleaning.chi_square import chi_square_cdf, chi_square_quantile
from donkeycar.errors import ConfigError

# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4, upper-tail critical values.
TABLE = {
    (0.90, 1): 2.706, (0.95, 1): 3.841, (0.999, 1): 10.828, (0.95, 2): 5.991, (0.999, 2): 13.816,
    (0.95, 3): 7.815, (0.975, 3): 9.348, (0.99, 3): 11.345, (0.999, 3): 16.266,
    (0.99, 10): 23.209, (0.999, 20): 45.315,
}  # fmt: skip


@pytest.mark.parametrize(("probability", "freedom"), TABLE)
def test_quantiles_are_those_of_the_table(probability, freedom):
    got = chi_square_quantile(probability, freedom)
    assert got == pytest.approx(TABLE[probability, freedom], abs=6e-4)


@pytest.mark.parametrize("x", [0.0, 0.1, 1.0, 5.0, 20.0, 60.0, 150.0])
def test_with_one_and_two_degrees_of_freedom_there_is_a_formula(x):
    assert chi_square_cdf(x, 1) == pytest.approx(math.erf(math.sqrt(x / 2)), abs=1e-14)
    assert chi_square_cdf(x, 2) == pytest.approx(1 - math.exp(-x / 2), abs=1e-14)


@pytest.mark.parametrize(("probability", "freedom"), [(1.0, 2), (0.4, 2), (0.9, 0), (0.9, 21)])
def test_what_is_out_of_range_is_refused(probability, freedom):
    with pytest.raises(ConfigError, match="must be"):
        chi_square_quantile(probability, freedom)
