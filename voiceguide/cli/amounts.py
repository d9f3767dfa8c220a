"""What people write behind an action of `voiceguide ctl`: seconds, a time of the clock, or a volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from voiceguide.errors import RequestError
from voiceguide.model.volume import STEP, parse_step, parse_volume, percentage
from voiceguide.player.commands import Action
from voiceguide.showing import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_VOLUME: Final = frozenset({Action.VOLUME_TO, Action.VOLUME_BY, Action.QUIETER})
_MINUS: Final = "\N{MINUS SIGN}"


def request_of(action: str, text: str | None) -> tuple[str, float | None]:
    """The action and the amount for the control socket; RequestError for an amount that cannot be read."""
    match action:
        case Action.SEEK_BY:
            return action, _seconds(_given(text, "seek by how much? seek 10, seek -10 or seek 1:30"))
        case Action.SEEK_TO:
            written = _given(text, "to which time from the start? position 90 or position 7:16").strip()
            if written[:1] in {"+", "-", _MINUS}:
                message = f"a position counts from the start: seek {shown(written)} goes on or back by as much"
                raise RequestError(message)
            return action, _seconds(written)
        case Action.VOLUME_TO:
            wish = parse_volume(_given(text, "to which volume? volume 0.5, volume 50% or volume +10%"))
            return (Action.VOLUME_BY if wish.is_change else action), wish.amount
        case Action.VOLUME_BY | Action.QUIETER:
            return action, STEP if text is None else parse_step(text)
        case _:
            if text is not None:
                message = f"{action} takes no amount: leave out {shown(text)!r}"
                raise RequestError(message)
            return action, None


def answer_lines(action: str, status: Mapping[str, Any]) -> Iterator[str]:
    """What to print of the status after an action: the volume, if the action changed it, and the player's message."""
    if action in _VOLUME:
        yield f"volume {percentage(status['volume'])}"
    if message := status.get("message"):
        yield shown(str(message))


def _given(text: str | None, question: str) -> str:
    if text is None:
        raise RequestError(question)
    return text


def _seconds(text: str) -> float:
    from voiceguide.planning.presets import parse_seconds

    text = text.strip().replace(_MINUS, "-")
    seconds = parse_seconds(text[1:] if text[:1] in {"+", "-"} else text)
    return -seconds if text[:1] == "-" else seconds
