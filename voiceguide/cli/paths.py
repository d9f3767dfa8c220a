"""Paths as people type them."""

from __future__ import annotations

from pathlib import Path

import typer

from voiceguide.files.places import expanded


def path(text: str) -> Path:
    """The path that an option names. Shells replace a `~` in front, but not in quotes, nor behind `--option=`."""
    if not text:
        raise typer.BadParameter("an empty text names no file")
    return expanded(text)
