"""Reading foreign recordings into tubs: one file for each format, and `table` lists them."""
