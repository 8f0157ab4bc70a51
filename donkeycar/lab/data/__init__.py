"""The Data page: looking at recordings, and cleaning them."""
