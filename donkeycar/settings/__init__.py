"""The settings of a car in groups: one file per group, one row per setting."""
