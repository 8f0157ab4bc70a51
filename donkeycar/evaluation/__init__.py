"""How good pilots are: beside their driver, around a simulated track, and against the clock."""
