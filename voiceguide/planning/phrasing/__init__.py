"""Phrasing: what is said, in which words, and how long each movement lasts.

`script.phrase` makes the Script of a session. How a kind of movement is guided is one module and one entry in `kinds`.
"""
