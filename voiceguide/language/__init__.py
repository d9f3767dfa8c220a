"""A language: its phrasebook (words, in `library/<code>/`) and its rules (a module in this package).

A language without a module follows the plain rules of `rules.py`.
"""
