"""The demo: raw tables of an invented shop, and the truth behind them."""
