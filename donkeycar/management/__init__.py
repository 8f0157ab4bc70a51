"""The `donkey` command, one file a sub-command."""
