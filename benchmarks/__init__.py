"""Benchmarks, one module an entry; ``python benchmarks/run.py`` lists them."""
