"""Rollouts: whole drives in the simulator with the real loop, on a clock that does not wait."""

from donkeycar.rollout.evaluate import evaluate_pilot
from donkeycar.rollout.record import record_expert

__all__ = ["evaluate_pilot", "record_expert"]
