"""From a trained network to the files of a pilot: converted, tried out, measured, written."""
