"""The colours and their meanings.

Text has a contrast of at least 4.5:1 with its background, and a shape, or its edge, of at least 3:1 (WCAG 2.2, 1.4.3
and 1.4.11; tests/picture/test_palette.py). Kinds of speech get lighter step by step, so that they also differ without
colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from voiceguide.model.script import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

PAPER: Final = "#ffffff"
INK: Final = "#1f2733"
MUTED: Final = "#55606e"
GRID: Final = "#e9edf1"
LEADER: Final = "#b4bdc7"
CHAPTER_EDGE: Final = "#c6d0d9"
CHAPTERS: Final = ("#dde6ee", "#c3d0dc")
"""Alternating bands of chapters."""

HOLD: Final = "#2f6079"
HOLD_CLOCK: Final = "#0f2733"
"""The marks at the start and end of the clock of a hold."""
TRANSITION: Final = "#eceff2"
TRANSITION_EDGE: Final = "#ccd4dc"
"""Faint: it only has to separate two in a row."""
REST_EDGE: Final = "#7d8a97"

BREATH: Final = "#2d6aa3"
BREATH_FILL: Final = "#e4eef7"
BREATH_IN_HOLD: Final = "#7f93a8"
TONE: Final = "#6b4a12"


class SpeechKind(Struct, frozen=True):
    """The look of a group of roles."""

    name: str
    fill: str
    edge: str = ""


INTRODUCES: Final = SpeechKind("introduces, closes", "#2b3550")
SAFETY: Final = SpeechKind("safety", "#a03a28")
MOVES: Final = SpeechKind("what to do", "#4179b5")
SETS_UP: Final = SpeechKind("set-up, switch", "#7fb08a", "#3e6f4b")
COUNTS: Final = SpeechKind("count, time", "#efc765", "#8a6914")
ENCOURAGES: Final = SpeechKind("encourages", "#f8e4ea", "#96607a")

SPEECH_KINDS: Final = (INTRODUCES, SAFETY, SETS_UP, MOVES, COUNTS, ENCOURAGES)
SPEECH: Final[Mapping[Role, SpeechKind]] = {
    Role.WELCOME: INTRODUCES,
    Role.ANNOUNCE: INTRODUCES,
    Role.NEXT: INTRODUCES,
    Role.CLOSE: INTRODUCES,
    Role.SAFETY: SAFETY,
    Role.SETUP: SETS_UP,
    Role.SWITCH: SETS_UP,
    Role.INSTRUCT: MOVES,
    Role.INHALE: MOVES,
    Role.EXHALE: MOVES,
    Role.HOLD: MOVES,
    Role.RELEASE: MOVES,
    Role.COUNT: COUNTS,
    Role.HALFWAY: COUNTS,
    Role.REMAINING: COUNTS,
    Role.ENCOURAGE: ENCOURAGES,
}
"""The kind of every spoken role."""
