"""Quantiles of the chi-square distribution, by which squared Mahalanobis distances are judged.

The squared distance of a point of a normal distribution in `d` dimensions has a chi-square
distribution with `d` degrees of freedom, whose distribution function is the regularised lower
incomplete gamma function P(d / 2, x / 2). Source: Abramowitz and Stegun, Handbook of Mathematical
Functions, 26.4.1 and 6.5.29.
"""

import math

from donkeycar.errors import ConfigError


def chi_square_cdf(x: float, freedom: int) -> float:
    """Probability that a chi-square variable is at most `x`.

    P(a, y) = exp(-y) y^a / Gamma(a + 1) * (1 + y / (a + 1) + y^2 / ((a + 1)(a + 2)) + ...)
    """
    if x <= 0:
        return 0.0
    a, y = freedom / 2, x / 2
    term = total = 1.0
    number = 0
    while term > total * 1e-17:
        number += 1
        term *= y / (a + number)
        total += term
    return min(1.0, total * math.exp(a * math.log(y) - y - math.lgamma(a + 1)))


def chi_square_quantile(probability: float, freedom: int) -> float:
    """The value that a chi-square variable does not exceed with this probability.

    Args:
        probability: 0.5 to 0.999999.
        freedom: Degrees of freedom, 1 to 20.

    Raises:
        ConfigError: If an argument is out of range.

    Example:
        >>> round(chi_square_quantile(0.999, 3), 3)
        16.266
    """
    if not 0.5 <= probability <= 0.999999:
        raise ConfigError(
            f"`probability` must be 0.5 to 0.999999. Received: probability={probability}"
        )
    if not 1 <= freedom <= 20:
        raise ConfigError(f"`freedom` must be 1 to 20. Received: freedom={freedom}")
    low, high = 0.0, 200.0
    for _ in range(100):
        middle = (low + high) / 2
        if chi_square_cdf(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2
