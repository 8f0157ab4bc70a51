"""The data report: what is odd about recordings, said before anything is trained on them."""
