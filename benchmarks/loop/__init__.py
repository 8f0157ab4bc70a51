"""The drive loop and a whole car: how well they keep time, how soon they start."""
