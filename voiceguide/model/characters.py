"""Invisible characters, which come along when a text is copied from a web page."""

from __future__ import annotations

import re
from typing import Final

_INVISIBLE: Final = re.compile(
    "["
    "\u00ad"  # soft hyphen
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # joiners and fillers of other scripts
    "\u200b-\u200f"  # zero width space and joiners, marks of direction
    "\u202a-\u202c"  # embedded directions; overrides stay, to be refused
    "\u2060-\u206f"  # word joiner, invisible signs, isolated directions
    "\ufe00-\ufe0f"  # variation selectors
    "\ufeff"  # byte order mark
    "\ufff9-\ufffb"  # annotations
    "\U000e0000-\U000e0fff"  # tags
    "]"
)
_SPACES: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")


def visible(text: str) -> str:
    """`text` without invisible characters, and with plain spaces."""
    if text.isascii():
        return text
    return _SPACES.sub(" ", _INVISIBLE.sub("", text))
