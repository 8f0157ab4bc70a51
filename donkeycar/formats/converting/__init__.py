"""Converting tubs into new tubs: other columns, pictures of another size, an even rate."""
