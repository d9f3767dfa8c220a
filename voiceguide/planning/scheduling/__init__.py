"""Scheduling: where each beat of a Script lies, in whole frames, once the length of every clip is known."""
