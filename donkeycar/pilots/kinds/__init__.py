"""The types of pilots: networks, their options, and the meaning of their outputs."""
