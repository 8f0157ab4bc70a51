"""What a person drives with besides the web page: gamepads, and receivers of remote controls."""
