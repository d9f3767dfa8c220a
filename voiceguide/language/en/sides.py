"""Left and right in a text: which of them may be sides of the body, and which have another sense.

Whatever is not known to be harmless counts as a side: a side in plain words would be wrong for every other listener.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

_END: Final = r"(?= *(?:[.,;:!?)]|$))"
_PROPER: Final = (
    r"amount|angles?|angled|approach|balance|choice|depth|distance|effort|feeling|fit|footing|form|height|idea|length|"
    r"level|moment|order|pace|place|pressure|rhythm|size|speed|spot|support|technique|temperature|tension|time|track|"
    r"triangles?|way|weight|width|words?"
)
"""Nouns after which `right` means correct. A right position or direction may be the one on the right."""
_COUNTED: Final = (
    r"(?:breaths?|seconds?|minutes?|rounds?|reps?|repetitions?|sets?|holds?|stretch|stretches|times?|more|much)"
)
_HARMLESS: Final = (
    rf"\bright[ -](?:{_PROPER})\b"
    # At once, exactly; after `turn` and `to the` it would be a side.
    r"|(?<!\bthe )(?<!\byour )(?<!\bto )(?<!\bleft )(?<!\bturn )(?<!\blook )(?<!\broll )(?<!\blean )(?<!\bstep )"
    r"(?<!\breach )(?<!\btwist )(?<!\btilt )(?<!\bbend )(?<!\bgo )(?<!\bmove )(?<!\bslide )(?<!\bface )(?<!\bhand )"
    r"(?<!\brotate )(?<!\bside )(?<!\bleg )(?<!\barm )"
    r"\bright (?:now|away|here|there|afterwards|after|before|until|up to|underneath|next to|beside)\b"
    # Well, correct.
    r"|\b(?:all|just|quite|exactly|about|almost) right\b"
    r"|\b(?:feels?|felt|looks|sounds?|seems?|is|are|be|that's|(?:get|got|do|does|doing|done) it)"
    r"(?: (?:just|about|quite|only))? right"
    rf"(?: (?:for|to) (?:you|me|them|your body|the body|today)\b|{_END})"
    r"|\bright (?:or wrong|side up)\b"
    # Remaining, abandoned.
    r"|\b(?:is|are|was|were|be|what's|whatever's) left[ -]?over\b"
    r"|\bleft[ -]?overs?\b(?! (?:an?|each|it|my|one|right|that|the|this|your)\b)"
    r"|\bleft (?:alone|behind|free|hanging|off|open|out|relaxed|resting|to do|to go|undone)\b"
    rf"|\b(?:is|are|was|were|has|have|what's|nothing|anything|something|time|{_COUNTED}"
    rf"|(?:any|enough|little|no|some)(?: \w+)?(?: \w+)?) left(?:{_END}| (?:before|for|in|until)\b)(?!.*\bright\b)"
)
_SIDE: Final = re.compile(r"\b(?:left|right)\b|\b(?-i:[LR])\b(?! ?[0-9])", re.IGNORECASE)
"""Letters too, as sheets have them: `2 x 30 s L/R`. With a number they name a vertebra."""


@functools.cache
def _harmless() -> re.Pattern[str]:
    """Compiled when first needed: it takes a while, and few texts name a side."""
    return re.compile(_HARMLESS, re.IGNORECASE)


def side_word(text: str) -> str | None:
    """The first `left` or `right` in `text` that may be a side, or the first such letter, or None."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)  # wide letters, and others that read alike
    if not _SIDE.search(text):
        return None
    text = text.replace("\u2019", "'")
    harmless = [range(*match.span()) for match in _harmless().finditer(text)]
    for match in _SIDE.finditer(text):
        if not any(match.start() in span for span in harmless):
            return match.group()
    return None
