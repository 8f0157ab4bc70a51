"""The `donkey` command, with one file for each sub-command."""
