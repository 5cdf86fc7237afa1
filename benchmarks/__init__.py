"""What it costs: each benchmark prints its own figure and a baseline's from the same run, as a ratio."""
