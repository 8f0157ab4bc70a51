"""The types of pilots: networks, their options, and what their outputs mean."""
