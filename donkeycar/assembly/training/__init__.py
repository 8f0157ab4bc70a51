"""From settings to a training: loaded by nothing that drives."""
