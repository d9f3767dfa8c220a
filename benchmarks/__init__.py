"""Speed and memory as ratios within one run: `python -m benchmarks.run`. Measures from outside, asserts nothing."""
