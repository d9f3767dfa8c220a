"""Paths as users type them."""

from __future__ import annotations

from pathlib import Path

import typer

from voiceguide.files.places import expanded


def path(text: str) -> Path:
    """Read a path. A leading `~` is expanded here, because shells leave it alone in quotes and after `--option=`."""
    if not text:
        raise typer.BadParameter("an empty text names no file")
    return expanded(text)
