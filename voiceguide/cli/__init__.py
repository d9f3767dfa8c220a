"""The command line: one file a command, no logic.

Modules here import typer and nothing heavy; what a command needs it imports when it is run, so that
`voiceguide --help` answers without loading numpy.
"""
