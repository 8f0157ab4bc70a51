"""What a car's computer gets: wheels, their size, and the installation in trees of Debian."""
