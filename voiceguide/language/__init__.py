"""What a language is made of: its phrasebook (words, in `library/<code>/`) and its rules (a module here).

A language without a module follows the plain rules of `rules.py`.
"""
