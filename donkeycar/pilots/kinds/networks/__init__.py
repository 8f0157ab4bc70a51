"""The networks, one per file: Keras 3 only, frames as bytes, outputs named by their meaning.

Layers, their sizes and their names are those of donkeycar 5.x, so that owners recognise them and
old weights fit. The outputs have their own names, because a converted file does not keep their
order.
"""
