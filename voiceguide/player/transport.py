"""The transport: a pure state machine over the frames of a Timeline.

::

                 RESUME, TOGGLE                          device lost, voice not ready
        ┌───────────────────────────────┐          ┌──────────────────────────────────┐
        │                               ▼          │                                  ▼
     PAUSED ◀──────────────────────── PLAYING ─────┘◀───────── ready ───────────── WAITING
        ▲        PAUSE, TOGGLE          │                                           │  │
        │                               │ end reached, STOP                         │  │
        │                               ▼                                           │  │
        │                             ENDED ◀──────────────── STOP ─────────────────┘  │
        └───────────────────────────── PAUSE, TOGGLE ──────────────────────────────────┘

NEXT, PREVIOUS, REPEAT and SEEK move the position and keep the state, unless they reach the end. The volume does not
depend on the state. Nothing leads out of ENDED.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from voiceguide.model.script import BREATH_PHASES, FREE_BREATH_S, SpanKind
from voiceguide.player.commands import Action
from voiceguide.player.status import State

if TYPE_CHECKING:
    from voiceguide.model.choices import Previous
    from voiceguide.model.timeline import Cue, Timeline
    from voiceguide.player.commands import Command

RESTART_WITHIN_S: Final = 3.0
"""`previous` restarts the chapter, or goes to the one before if this one has only just begun."""


class Transport(Struct, frozen=True):
    """Where a session stands."""

    state: State = State.PLAYING
    at: int = 0
    """The frame of the session that is heard, or will be heard next."""
    volume: float = 1.0
    """From 0 to 1."""


def after(transport: Transport, command: Command, timeline: Timeline[int], previous: Previous = "restart") -> Transport:
    """The transport after `command`. `transport.at` is where it stands now.

    `previous` says what PREVIOUS does: restart the chapter first, or always go to the one before.
    """
    if transport.state is State.ENDED:
        return transport
    playing = transport.state is not State.PAUSED
    match command.action:
        case Action.PAUSE | Action.TOGGLE if playing:
            return replace(transport, state=State.PAUSED)
        case Action.RESUME | Action.TOGGLE if not playing:
            return replace(transport, state=State.PLAYING, at=resume_frame(timeline, transport.at))
        case Action.STOP:
            return replace(transport, state=State.ENDED)
        case Action.VOLUME_TO | Action.VOLUME_BY | Action.QUIETER:
            return replace(transport, volume=min(1.0, max(0.0, asked_volume(transport, command))))
        case Action.NEXT | Action.PREVIOUS | Action.REPEAT | Action.SEEK_BY | Action.SEEK_TO:
            at = _target(transport.at, command, timeline, previous)
            return replace(transport, at=at, state=State.ENDED if at >= timeline.length else transport.state)
    return transport


def asked_volume(transport: Transport, command: Command) -> float:
    """The volume that a command asks for, which may lie below 0 or above 1."""
    match command.action:
        case Action.VOLUME_BY:
            asked = transport.volume + command.amount
        case Action.QUIETER:
            asked = transport.volume - command.amount
        case _:
            asked = command.amount
    return round(asked, 4)


def _target(at: int, command: Command, timeline: Timeline[int], previous: str) -> int:
    rate_hz = timeline.rate_hz
    number = chapter_at(timeline, at)
    chapter = timeline.chapters[number]
    match command.action:
        case Action.NEXT:
            return chapter.end
        case Action.PREVIOUS:
            begun = at - chapter.start < RESTART_WITHIN_S * rate_hz
            return timeline.chapters[max(0, number - 1)].start if begun or previous == "chapter" else chapter.start
        case Action.REPEAT:
            return chapter.start
        case Action.SEEK_BY:
            return _seekable(timeline, at + round(command.amount * rate_hz), at)
        case _:
            return _seekable(timeline, round(command.amount * rate_hz), at)


def _seekable(timeline: Timeline[int], frame: int, at: int) -> int:
    """`frame`, moved into the session and out of the middle of a sentence, without crossing `at`."""
    frame = min(max(0, frame), timeline.length)
    cut = _speech_at(timeline, frame)
    if cut is None:
        return frame
    return cut.end if cut.start <= at < frame else cut.start


def resume_frame(timeline: Timeline[int], at: int) -> int:
    """Where to resume after a break at frame `at`: at the start of what was cut.

    A breath tone or a sentence that was cut begins again. A hold gets what was left of it, and at least one breath. A
    break where the session was resumed leads no further back.
    """
    frame = at
    hold = next((span for span in timeline.spans if span.kind is SpanKind.HOLD and span.start < at < span.end), None)
    if hold:
        frame = max(hold.start, min(frame, hold.end - _breath_frames(timeline, hold.start, hold.end)))
    while not any(cue.start == frame for cue in timeline.speech()):
        cut = _speech_at(timeline, frame) or next(
            (cue for cue in timeline.cues if cue.tone and cue.start < frame < cue.end), None
        )
        if cut is None:
            break
        frame = cut.start
    return frame


def _breath_frames(timeline: Timeline[int], start: int, end: int) -> int:
    """The length of the first breath of a hold."""
    phases = [span for span in timeline.spans if span.kind in BREATH_PHASES and start <= span.start < end]
    if not phases:
        return round(FREE_BREATH_S * timeline.rate_hz)
    again = next((phase.start for phase in phases[1:] if phase.kind is SpanKind.INHALE), end)
    return again - phases[0].start


def chapter_at(timeline: Timeline[int], frame: int) -> int:
    """The number of the chapter that contains `frame`, from 0; the last chapter for the end and beyond."""
    starts = [chapter.start for chapter in timeline.chapters]
    return max(0, bisect.bisect_right(starts, frame) - 1)


def _speech_at(timeline: Timeline[int], frame: int) -> Cue[int] | None:
    return next((cue for cue in timeline.speech() if cue.start < frame < cue.end), None)
