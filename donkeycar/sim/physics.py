"""Dynamic bicycle model of the car: a rigid body on two axles, in steps of 5 ms.

Each tyre applies an impulse against its sliding. The impulse is at most what friction allows, and
at most what stops the sliding. So a tyre can only remove energy, at any speed, also when the car
rolls backwards or spins. At walking pace the same rule makes the car roll along its wheels without
a special case, and the car stands still when it should.

Source:
    Tyre curve: Pacejka, "Tyre and Vehicle Dynamics", the shape ``sin(C * atan(B * slip))``.
    Sequential impulses: Catto, "Iterative Dynamics with Temporal Coherence", 2005.
"""

import math
from dataclasses import dataclass

from donkeycar.sim.actuators import Motor, Servo, SpeedController, make_delay
from donkeycar.sim.car_model import CarModel

STEP_S = 0.005
GRAVITY_MPS2 = 9.81
# Below this rolling speed, in m/s, the slip angle is computed with this speed instead.
MIN_ROLL_MPS = 0.05
# Below this, in metres per second and radians per second, the car is standing.
REST = 1e-9


@dataclass
class Body:
    """Position and motion, in world coordinates.

    Attributes:
        x: Metres.
        y: Metres.
        yaw: Heading in radians, counter-clockwise from +x.
        vx: Metres per second along x.
        vy: Metres per second along y.
        yaw_rate: Radians per second, counter-clockwise.
    """

    x: float = 0.0
    y: float = 0.0
    yaw: float = 0.0
    vx: float = 0.0
    vy: float = 0.0
    yaw_rate: float = 0.0


class Car:
    """A simulated car.

    Args:
        model: Its parameters.

    Attributes:
        body: Position and motion; code that moves the car by hand writes here.
    """

    def __init__(self, model: CarModel) -> None:
        self.model = model
        self.body = Body()
        self._delay = make_delay(model, STEP_S)
        self._servo = Servo(model.servo)
        self._esc = SpeedController(model.esc)
        self._motor = Motor(model.motor, model.battery)
        self._weight_n = model.mass_kg * GRAVITY_MPS2

    def reset(self, x: float, y: float, yaw: float, *, recharge: bool = True) -> None:
        """Put the car down at rest, wheels straight, without commands on their way.

        Args:
            x: Metres.
            y: Metres.
            yaw: Radians, counter-clockwise from +x.
            recharge: Whether a charged battery is put in too.
        """
        self.body = Body(x, y, yaw)
        self._delay.reset()
        self._servo.reset()
        self._esc.reset()
        if recharge:
            self._motor.reset()

    @property
    def forward_mps(self) -> float:
        """Speed along the car's own axis, negative backwards."""
        body = self.body
        return body.vx * math.cos(body.yaw) + body.vy * math.sin(body.yaw)

    @property
    def speed_mps(self) -> float:
        """Speed over the ground, 0 or more."""
        return math.hypot(self.body.vx, self.body.vy)

    @property
    def steer_rad(self) -> float:
        """Angle of the front wheels, counter-clockwise."""
        return self._servo.angle_rad

    @property
    def volts(self) -> float:
        """Battery voltage under load."""
        return self._motor.volts

    @property
    def energy_j(self) -> float:
        """Kinetic energy, in joules."""
        body = self.body
        square = body.vx * body.vx + body.vy * body.vy
        return 0.5 * (self.model.mass_kg * square + self.model.inertia_kgm2 * body.yaw_rate**2)

    def state(self) -> tuple[float, ...]:
        """Everything that decides what happens next, except commands on their way."""
        body = self.body
        return (
            body.x, body.y, body.yaw, body.vx, body.vy, body.yaw_rate,
            self._servo.angle_rad, self._esc.drive, self._esc.brake, self._motor.used_c,
        )  # fmt: skip

    def step(self, angle: float, throttle: float, brake: float = 0.0) -> None:
        """Simulate the next `STEP_S` seconds.

        Args:
            angle: -1 (full left) to +1 (full right).
            throttle: -1 (full reverse) to +1 (full forward).
            brake: 0 to 1, in addition to the braking by the throttle.
        """
        model, body = self.model, self.body
        angle, throttle, brake = self._delay.step(angle, throttle, brake)
        cos, sin = math.cos(body.yaw), math.sin(body.yaw)
        # Forward and leftward speed, because the tyres work in the coordinates of the car.
        forward, leftward = body.vx * cos + body.vy * sin, body.vy * cos - body.vx * sin
        self._servo.step(angle, STEP_S)
        self._esc.step(throttle, brake, forward, STEP_S)
        drive_n = self._motor.step(self._esc.drive, forward, STEP_S)
        stop_n = self._esc.brake_force_n + model.rolling_resistance * self._weight_n

        shift_n = drive_n * model.cg_height_m
        front_n = max(0.0, (self._weight_n * model.rear_m - shift_n) / model.wheelbase_m)
        rear_n = max(0.0, (self._weight_n * model.front_m + shift_n) / model.wheelbase_m)
        motion = (forward, leftward, body.yaw_rate)
        drive_ns, stop_ns = drive_n * STEP_S / 2, stop_n * STEP_S / 2
        motion = self._axle(
            motion, model.front_m, self._servo.angle_rad, front_n, drive_ns, stop_ns
        )
        motion = self._axle(motion, -model.rear_m, 0.0, rear_n, drive_ns, stop_ns)
        forward, leftward, body.yaw_rate = motion

        drag = model.viscous_drag_ns_m + model.air_drag_ns2_m2 * abs(forward)
        forward *= max(0.0, 1 - drag * STEP_S / model.mass_kg)
        if max(abs(forward), abs(leftward), abs(body.yaw_rate)) < REST:
            forward = leftward = body.yaw_rate = 0.0
        body.vx, body.vy = forward * cos - leftward * sin, forward * sin + leftward * cos
        body.x += body.vx * STEP_S
        body.y += body.vy * STEP_S
        body.yaw += body.yaw_rate * STEP_S

    def _axle(
        self,
        motion: tuple[float, float, float],
        arm_m: float,
        steer_rad: float,
        load_n: float,
        drive_ns: float,
        stop_ns: float,
    ) -> tuple[float, float, float]:
        """Apply the tyres of one axle to (forward, leftward, yaw rate)."""
        forward, leftward, rate = motion
        mass, inertia = self.model.mass_kg, self.model.inertia_kgm2
        cos, sin = math.cos(steer_rad), math.sin(steer_rad)
        limit_ns = self.model.friction * load_n * STEP_S
        if limit_ns <= 0.0:
            return motion

        # Along the wheel: the motor pushes first; then brake and resistance at most stop the
        # rolling.
        roll = forward * cos + (leftward + arm_m * rate) * sin
        felt_mass = 1 / (1 / mass + (arm_m * sin) ** 2 / inertia)
        along_ns = min(max(drive_ns, -limit_ns), limit_ns)
        rolling = roll + along_ns / felt_mass
        held_ns = min(stop_ns, abs(rolling) * felt_mass)
        along_ns -= math.copysign(held_ns, rolling)
        along_ns = min(max(along_ns, -limit_ns), limit_ns)
        forward += along_ns * cos / mass
        leftward += along_ns * sin / mass
        rate += arm_m * along_ns * sin / inertia

        # Across the wheel: the remaining friction opposes the sliding and never reverses it.
        side = leftward + arm_m * rate
        roll, slide = forward * cos + side * sin, side * cos - forward * sin
        slip = math.atan2(slide, abs(roll) + MIN_ROLL_MPS)
        left = math.sqrt(1 - min(0.95, abs(along_ns) / limit_ns) ** 2)
        curve = math.sin(self.model.tyre_shape * math.atan(self.model.tyre_stiffness * slip))
        felt_mass = 1 / (1 / mass + (arm_m * cos) ** 2 / inertia)
        across_ns = min(left * limit_ns * abs(curve), abs(slide) * felt_mass)
        across_ns = -math.copysign(across_ns, slide)
        forward -= across_ns * sin / mass
        leftward += across_ns * cos / mass
        rate += arm_m * across_ns * cos / inertia
        return forward, leftward, rate
