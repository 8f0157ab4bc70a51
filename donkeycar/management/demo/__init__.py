"""`donkey demo`: recording, training and driving in the simulator, without any hardware."""
