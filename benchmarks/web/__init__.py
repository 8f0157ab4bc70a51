"""The web page: hostile messages, and what viewers cost the car."""
