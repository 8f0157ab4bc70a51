"""The files of a pilot: names, the sidecar with probe and novelty model, and checks."""
