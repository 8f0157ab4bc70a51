"""How well and how fast pilots are trained."""
