"""Process replay: a recorded drive, driven once more by the real parts of a car in simulated time.

Camera, pilot, caution, drive mode and guardian are those of the car, up to the pulses at emulated
pins. Two such runs are compared channel by channel: with a stored reference, or with another pilot.

- `takes`: a recording as drives without a break, with the times of their frames
- `clock`: simulated time, in which threads take turns
- `camera`, `stand_ins`, `wheels`: what stands in for lens, person, sensors and hardware
- `car`, `run`: the car from its settings, and one replay of a recording
- `trace`, `sampler`: what every channel held, record by record
- `reference`: a trace in a file
- `compare`, `words`: where two traces differ, for programs and for people
"""
