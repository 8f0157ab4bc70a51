"""The rows: one file per group of settings, one row per setting."""
