"""A session that ends in sleep: everything that would wake the listener is left out of and after its last rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from voiceguide.model.script import Hold, Mark, Rest, Role, Say
from voiceguide.planning.phrasing.beats import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voiceguide.model.script import Beat


LONG_QUIET_S = 30.0
"""After a longer quiet before the rest nothing is said: it would wake somebody."""
LAST_WORDS_S = 10.0
"""Time from the start of the last rest, or from a reminder in it, to the last words."""


def asleep(beats: Iterable[Beat], last_words: str) -> Iterator[Beat]:
    """The beats of the last item up to its last rest, in which the time is not mentioned.

    `last_words` say that nothing more will come, so that the listener does not wait for it. If the last hold is not a
    rest, the beats stay as they are, so that the listener is not left in a stretch.
    """
    beats = tuple(beats)
    last = next((number for number in range(len(beats))[::-1] if isinstance(beats[number], Hold)), None)
    hold = None if last is None else beats[last]
    if last is None or not isinstance(hold, Hold) or not hold.restful:
        yield from beats
        return
    marks = tuple(mark for mark in hold.marks if mark.role is Role.ENCOURAGE)
    at_s = max([mark.at_s for mark in marks], default=0.0) + LAST_WORDS_S
    quiet_from = max((number for number in range(last) if isinstance(beats[number], Say)), default=-1) + 1
    quiet = beats[quiet_from:last]
    if sum(beat.seconds for beat in quiet if isinstance(beat, Rest)) > LONG_QUIET_S:
        # Minimal words leave the way into the rest silent: there the listener may be asleep before it begins.
        yield from beats[:quiet_from]
        yield from say(last_words, Role.ENCOURAGE, hold.place)
        yield from quiet
    else:
        yield from beats[:last]
        if at_s < hold.seconds / 2:
            marks += (Mark(at_s, (last_words,), Role.ENCOURAGE),)
    yield replace(hold, marks=marks, countdown=())
