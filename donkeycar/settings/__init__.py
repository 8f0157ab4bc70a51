"""The settings a car has, grouped like the car: one file per group, one row per setting."""
