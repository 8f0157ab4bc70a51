"""What the drive loop of `donkeycar.vehicle` is made of: entries, channel checks, prompt parts."""
