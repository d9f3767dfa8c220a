"""The command line: one file for each command, and no logic.

These modules import typer and nothing heavy; a command imports what it needs when it runs, so that
`voiceguide --help` answers without loading numpy.
"""
