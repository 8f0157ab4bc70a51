"""Controllers: gamepads and receivers of remote controls."""
