"""Networks, model files and the interpreters that run them."""
