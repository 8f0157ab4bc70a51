"""What turns a command into motion."""
