"""Correlations that bubble up: what moves together in sources that different teams look at."""
