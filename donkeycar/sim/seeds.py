"""Seeded random numbers: a stream of its own for each user of them.

So the draws of one user never shift the numbers of another: a longer run does not change where
the next one starts.
"""

import numpy as np

# New users are added at the end, so that the streams of the others stay the same.
STREAMS = ("start", "driver", "camera")


def random_stream(seed: int, user: str) -> np.random.Generator:
    """The random numbers of one user.

    Args:
        seed: Seed of the whole run, 0 or more.
        user: One of `STREAMS`.
    """
    children = np.random.SeedSequence(seed).spawn(len(STREAMS))
    return np.random.default_rng(children[STREAMS.index(user)])
