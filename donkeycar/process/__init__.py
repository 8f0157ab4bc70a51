"""Common behaviour of donkeycar's processes: how they end, and how they print."""
