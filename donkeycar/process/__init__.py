"""What every process of donkeycar does by itself: how it ends, and how it prints."""
