"""Model conversion: turns a foreign model into a pilot, without running any code in it."""
