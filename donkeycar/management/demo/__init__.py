"""`donkey demo`: everything works, without any hardware."""
