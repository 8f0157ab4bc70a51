"""The car's web pages and the server behind them."""
