"""Actuator models: the latency, servo, speed controller, motor and battery of a car."""

import math
from collections import deque

from donkeycar.sim.car_model import BatteryModel, CarModel, EscModel, MotorModel, ServoModel

# Below this speed the speed controller treats the car as standing, in metres per second.
STANDING_MPS = 0.05


class Delay:
    """Delays commands by a fixed number of steps; neutral until the first one arrives.

    Args:
        steps: How many steps a command is delayed, 0 or more.
    """

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self.reset()

    def reset(self) -> None:
        """Forget the commands that have not arrived yet."""
        self._queue = deque([(0.0, 0.0, 0.0)] * self._steps)

    def step(self, angle: float, throttle: float, brake: float) -> tuple[float, float, float]:
        """Put the newest command in and return the one that arrives now."""
        self._queue.append((angle, throttle, brake))
        return self._queue.popleft()


class Servo:
    """Turns the front wheels, with a deadband, a lag and a limited rate."""

    def __init__(self, model: ServoModel) -> None:
        self._tau_s = model.tau_s
        self._max = math.radians(model.max_angle_deg)
        self._rate = math.radians(model.rate_deg_s)
        self._deadband = model.deadband * self._max
        self.reset()

    def reset(self) -> None:
        """Straighten the wheels at once."""
        self.angle_rad = 0.0

    def step(self, angle: float, step_s: float) -> None:
        """Follow a steering command, positive to the right; `angle_rad` is counter-clockwise."""
        error = -angle * self._max - self.angle_rad
        if abs(error) > self._deadband:
            rate = min(max(error / self._tau_s, -self._rate), self._rate)
            self.angle_rad += rate * step_s


class SpeedController:
    """Turns a throttle into drive and brake, as the controllers of RC cars do.

    Throttle against the direction of travel brakes; the car drives that way only after it stands.
    With `double_tap`, reverse must also be commanded again after braking.
    """

    def __init__(self, model: EscModel) -> None:
        self._model = model
        self.reset()

    def reset(self) -> None:
        """Return to neutral at once."""
        self.drive = 0.0
        self.brake = 0.0
        self._must_release = False

    def step(self, throttle: float, brake: float, speed_mps: float, step_s: float) -> None:
        """Follow a throttle; `drive` is -1 to 1, `brake` 0 to 1, both with a lag."""
        deadband = self._model.deadband
        wanted = 0.0
        if abs(throttle) > deadband:
            wanted = math.copysign((abs(throttle) - deadband) / (1 - deadband), throttle)
        if wanted >= 0:
            self._must_release = False
        against = wanted * speed_mps < 0 and abs(speed_mps) > STANDING_MPS
        if against and wanted < 0 and self._model.double_tap:
            self._must_release = True
        if against or (wanted < 0 and self._must_release):
            brake = max(brake, abs(wanted))
            wanted = 0.0
        share = min(1.0, step_s / self._model.tau_s)
        self.drive += (wanted - self.drive) * share
        self.brake += (brake - self.brake) * share

    @property
    def brake_force_n(self) -> float:
        """Braking force, including the drag brake at neutral throttle."""
        neutral = max(0.0, 1 - abs(self.drive) / 0.05)
        return self._model.brake_n * self.brake + self._model.drag_brake_n * neutral


class Motor:
    """Brushed motor on a battery that drains: its force falls with speed and with charge.

    The controller switches the current on and off and does not brake in the pauses, so the force at
    part throttle is that share of the force at full throttle.
    """

    def __init__(self, motor: MotorModel, battery: BatteryModel) -> None:
        self._motor = motor
        self._battery = battery
        self._volts_per_mps = motor.nominal_v / motor.no_load_speed_mps
        self.reset()

    def reset(self) -> None:
        """Put a charged battery in."""
        self.used_c = 0.0
        self.current_a = 0.0

    @property
    def volts(self) -> float:
        """Voltage under the present load."""
        battery = self._battery
        left = max(0.0, 1 - self.used_c / (battery.capacity_ah * 3600))
        open_v = battery.empty_v + (battery.full_v - battery.empty_v) * left
        return max(0.0, open_v - self.current_a * battery.resistance_ohm)

    def step(self, drive: float, speed_mps: float, step_s: float) -> float:
        """Force at the wheels in newtons, positive forward.

        Args:
            drive: -1 to 1.
            speed_mps: Forward speed.
            step_s: Length of the step; current flows out of the battery meanwhile.
        """
        if drive == 0.0:
            self.current_a = 0.0
            return 0.0
        against_v = speed_mps * self._volts_per_mps
        share = (self.volts - math.copysign(1.0, drive) * against_v) / self._motor.nominal_v
        force_n = drive * self._motor.stall_force_n * max(0.0, share)
        self.current_a = abs(force_n) / self._volts_per_mps
        self.used_c += self.current_a * step_s
        return force_n


def make_delay(model: CarModel, step_s: float) -> Delay:
    """The latency of `model`, rounded to whole steps."""
    return Delay(round(model.latency_s / step_s))
