"""The status of a session as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voiceguide.player.status import State
from voiceguide.units import clock

if TYPE_CHECKING:
    from voiceguide.player.status import Stage, Status

BAR: Final = 24
"""Characters of a bar; a narrow terminal has fewer."""
_IN_SECONDS_S: Final = 120.0
"""A hold shows what is left in seconds below this, and as minutes and seconds from here on."""
_BREATH: Final = {"inhale": "in", "exhale": "out", "retain": "pause"}
STATE: Final = {State.PAUSED: "paused", State.WAITING: "waiting", State.ENDED: "ended", State.PLAYING: ""}


def lines_of(status: Status, bar: int = BAR) -> list[str]:
    """The live display as text, with bars of `bar` characters: place, words, breath, hold, what is next, message."""
    left = f"{clock(max(0.0, status.length_s - status.position_s))} left of {clock(status.length_s)}"
    state = f" · {STATE[status.state]}" if STATE[status.state] else ""
    coming = f"next: {status.coming}" if status.coming else "the last part"
    return [
        f"{status.heading}  ({status.chapter_number}/{status.chapters}) · {left}{state}",
        status.doing,
        f"breath  {_bar(status.breath, bar)} {_BREATH[status.breath.kind]}" if status.breath else "",
        f"hold    {_bar(status.hold, bar)} {left_of_hold(status)} left" if status.hold else "",
        coming,
        status.message,
    ]


def left_of_hold(status: Status) -> str:
    """How long the hold still lasts, as `17 s` or `4:30`; empty if no hold is going on."""
    if status.hold is None:
        return ""
    seconds = max(0.0, status.hold.seconds - status.hold.elapsed_s)
    return clock(seconds) if seconds >= _IN_SECONDS_S else f"{seconds:.0f} s"


def _bar(stage: Stage, length: int) -> str:
    """A bar that fills while the listener inhales or holds, and empties while they exhale."""
    share = min(1.0, max(0.0, stage.elapsed_s / stage.seconds))
    if stage.kind == "exhale":
        share = 1.0 - share
    full = round(share * length)
    return "█" * full + "░" * (length - full)
