"""What is said of recordings before anything is trained on them."""
