"""Measures speed and memory as ratios within one run, from outside: `python -m benchmarks.run`. Asserts nothing."""
