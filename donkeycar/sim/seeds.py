"""One stream of random numbers for every user of them.

A draw in one place then never shifts the numbers of another: a longer run does not change where
the next one starts.
"""

import numpy as np

# New users are added at the end: the streams of the others must not move.
STREAMS = ("start", "driver", "camera")


def random_stream(seed: int, user: str) -> np.random.Generator:
    """The random numbers of one user.

    Args:
        seed: Seed of the whole run, 0 or more.
        user: One of `STREAMS`.
    """
    children = np.random.SeedSequence(seed).spawn(len(STREAMS))
    return np.random.default_rng(children[STREAMS.index(user)])
