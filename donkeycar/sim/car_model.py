"""Vehicle parameters: the numbers that make one simulated car different from another."""

from dataclasses import dataclass
from functools import lru_cache

from donkeycar.sim.reading import Fields, read_preset


@dataclass(frozen=True)
class ServoModel:
    """Steering servo.

    Attributes:
        max_angle_deg: Angle of the front wheels at full steering.
        rate_deg_s: Highest angular speed of the front wheels.
        tau_s: Time constant with which the wheels approach the command.
        deadband: Error that the servo ignores, as a fraction of `max_angle_deg`.
    """

    max_angle_deg: float
    rate_deg_s: float
    tau_s: float
    deadband: float


@dataclass(frozen=True)
class EscModel:
    """Electronic speed controller.

    Attributes:
        deadband: Throttle up to which the controller stays neutral.
        tau_s: Time constant of driving and braking.
        drag_brake_n: Braking force at neutral throttle.
        brake_n: Braking force at full brake.
        double_tap: Whether reverse needs the brake to be released once, as on many controllers.
    """

    deadband: float
    tau_s: float
    drag_brake_n: float
    brake_n: float
    double_tap: bool


@dataclass(frozen=True)
class MotorModel:
    """Brushed motor with its gears.

    Attributes:
        stall_force_n: Force at the wheels at full throttle and standstill, at `nominal_v`.
        no_load_speed_mps: Speed at which the force falls to zero, at `nominal_v`.
        nominal_v: Voltage of the two numbers above.
    """

    stall_force_n: float
    no_load_speed_mps: float
    nominal_v: float


@dataclass(frozen=True)
class BatteryModel:
    """Battery pack.

    Attributes:
        full_v: Voltage without load when fully charged.
        empty_v: Voltage without load when empty.
        resistance_ohm: Internal resistance, including the wires.
        capacity_ah: Capacity.
    """

    full_v: float
    empty_v: float
    resistance_ohm: float
    capacity_ah: float


@dataclass(frozen=True)
class CarModel:
    """A car. The numbers of a preset are estimates until they are measured on a real car.

    Attributes:
        name: Short name.
        title: One line for people.
        mass_kg: Mass.
        inertia_kgm2: Moment of inertia around the vertical axis.
        front_m: Distance from the centre of gravity to the front axle.
        rear_m: Distance from the centre of gravity to the rear axle.
        track_m: Distance from the left to the right wheels.
        length_m: Length of the body.
        width_m: Width of the body, wheels included.
        cg_height_m: Height of the centre of gravity.
        friction: Coefficient of friction between tyres and ground.
        tyre_stiffness: Stiffness B of the tyre curve ``sin(C * atan(B * slip))``.
        tyre_shape: Shape C of that curve.
        rolling_resistance: Rolling resistance as a fraction of the weight.
        viscous_drag_ns_m: Resistance that grows with speed, from gears and bearings.
        air_drag_ns2_m2: Resistance that grows with the square of the speed.
        latency_s: Time from a command to the servo and the speed controller.
    """

    name: str
    title: str
    mass_kg: float
    inertia_kgm2: float
    front_m: float
    rear_m: float
    track_m: float
    length_m: float
    width_m: float
    cg_height_m: float
    friction: float
    tyre_stiffness: float
    tyre_shape: float
    rolling_resistance: float
    viscous_drag_ns_m: float
    air_drag_ns2_m2: float
    latency_s: float
    servo: ServoModel
    esc: EscModel
    motor: MotorModel
    battery: BatteryModel

    @property
    def wheelbase_m(self) -> float:
        """Distance from the front to the rear axle."""
        return self.front_m + self.rear_m

    def throttle_for_speed(self, speed_mps: float) -> float:
        """Throttle that holds a forward speed on a straight with a charged battery, 0 to 1."""
        weight_n = self.mass_kg * 9.81
        needed_n = (
            self.rolling_resistance * weight_n
            + self.viscous_drag_ns_m * speed_mps
            + self.air_drag_ns2_m2 * speed_mps**2
        )
        current_a = needed_n * self.motor.no_load_speed_mps / self.motor.nominal_v
        volts = self.battery.full_v - current_a * self.battery.resistance_ohm
        share = volts / self.motor.nominal_v - speed_mps / self.motor.no_load_speed_mps
        available_n = self.motor.stall_force_n * share
        if available_n <= needed_n:
            return 1.0
        return self.esc.deadband + (1 - self.esc.deadband) * needed_n / available_n


@lru_cache(maxsize=16)
def load_car(name: str) -> CarModel:
    """Load a car of this package (``"rc16"``), or a car from a ``.json`` file.

    Raises:
        SimError: If there is no such car, or one of its numbers is missing or impossible.
    """
    fields = Fields(*read_preset(name, "cars"))
    servo, esc = fields.part("servo"), fields.part("esc")
    motor, battery = fields.part("motor"), fields.part("battery")
    model = CarModel(
        name=fields.text("name"),
        title=fields.text("title"),
        mass_kg=fields.number("mass_kg", 0.1, 100),
        inertia_kgm2=fields.number("inertia_kgm2", 1e-4, 100),
        front_m=fields.number("front_m", 0.02, 2),
        rear_m=fields.number("rear_m", 0.02, 2),
        track_m=fields.number("track_m", 0.02, 2),
        length_m=fields.number("length_m", 0.05, 5),
        width_m=fields.number("width_m", 0.05, 5),
        cg_height_m=fields.number("cg_height_m", 0, 1),
        friction=fields.number("friction", 0.05, 3),
        tyre_stiffness=fields.number("tyre_stiffness", 1, 30),
        tyre_shape=fields.number("tyre_shape", 1, 2),
        rolling_resistance=fields.number("rolling_resistance", 0, 0.5),
        viscous_drag_ns_m=fields.number("viscous_drag_ns_m", 0, 10),
        air_drag_ns2_m2=fields.number("air_drag_ns2_m2", 0, 10),
        latency_s=fields.number("latency_s", 0, 1),
        servo=ServoModel(
            max_angle_deg=servo.number("max_angle_deg", 5, 60),
            rate_deg_s=servo.number("rate_deg_s", 10, 10_000),
            tau_s=servo.number("tau_s", 0.005, 1),
            deadband=servo.number("deadband", 0, 0.5),
        ),
        esc=EscModel(
            deadband=esc.number("deadband", 0, 0.5),
            tau_s=esc.number("tau_s", 0.005, 1),
            drag_brake_n=esc.number("drag_brake_n", 0, 1000),
            brake_n=esc.number("brake_n", 0, 1000),
            double_tap=esc.flag("double_tap", default=False),
        ),
        motor=MotorModel(
            stall_force_n=motor.number("stall_force_n", 0.1, 1000),
            no_load_speed_mps=motor.number("no_load_speed_mps", 0.5, 100),
            nominal_v=motor.number("nominal_v", 1, 100),
        ),
        battery=BatteryModel(
            full_v=battery.number("full_v", 1, 100),
            empty_v=battery.number("empty_v", 1, 100),
            resistance_ohm=battery.number("resistance_ohm", 0, 10),
            capacity_ah=battery.number("capacity_ah", 0.01, 1000),
        ),
    )
    for part in (servo, esc, motor, battery, fields):
        part.end()
    return model
