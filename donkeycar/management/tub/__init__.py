"""Commands about recordings: `donkey tub`, `tubhist`, `tubplot`, `makemovie`."""
