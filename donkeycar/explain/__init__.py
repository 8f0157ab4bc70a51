"""What a pilot looks at and does, for a person to see: saliency, plots, movies."""
