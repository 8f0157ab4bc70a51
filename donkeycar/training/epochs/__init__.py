"""What happens in every epoch: batches, rates, the best weights, and how to go on after a break."""
