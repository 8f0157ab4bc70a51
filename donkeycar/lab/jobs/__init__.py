"""Jobs: `donkey` commands that pages start, each a process of its own that outlives the page."""

from donkeycar.lab.jobs.jobs import Jobs

__all__ = ["Jobs"]
