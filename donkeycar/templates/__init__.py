"""What `donkey createcar` copies into a car folder."""
