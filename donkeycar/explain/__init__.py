"""Explains a pilot to a person: saliency, activations, plots, movies."""
