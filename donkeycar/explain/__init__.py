"""Explains a pilot to a person: saliency maps, activation maps, plots and movies."""
