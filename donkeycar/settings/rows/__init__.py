"""The rows of the table: one file per group of settings, one row per setting."""
