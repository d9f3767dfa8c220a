"""Where the user's own files are: config, routines and history; and what lies in such a folder.

Where clips are is the business of `voiceguide.speech.store`.
"""

from __future__ import annotations

import os
from pathlib import Path


def entries(folder: Path) -> list[Path]:
    """What lies in a folder of ours, listed at once; nothing where there is none.

    OSError where it may not be looked into: from Python 3.13 on `glob` passes over that.
    """
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def config_path() -> Path:
    """`VOICEGUIDE_CONFIG`, or `config.toml` in the user's config folder."""
    if chosen := os.environ.get("VOICEGUIDE_CONFIG"):
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_config_dir("voiceguide")) / "config.toml"


def routines_folder() -> Path:
    """The folder of the user's own routines; it need not exist."""
    import platformdirs

    return Path(platformdirs.user_data_dir("voiceguide")) / "routines"


def history_folder() -> Path:
    """The folder that says what was played when; it need not exist."""
    import platformdirs

    return Path(platformdirs.user_data_dir("voiceguide")) / "history"
