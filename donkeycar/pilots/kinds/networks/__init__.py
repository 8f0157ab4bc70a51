"""The networks, one a file: Keras 3 only, frames as bytes, outputs named by their meaning.

Layers, their sizes and their names are those of donkeycar 5.x, so that owners find what they know
and weights fit. The outputs have names of their own, because the order of the outputs of a
converted file is not the order they were declared in.
"""
