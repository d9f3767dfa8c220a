"""From a Script and the length of every text to a Timeline. No cue is cut, and every change is noted.

In open time (sentences, rests) each beat follows the one before. Where time is fixed (phases of a breath, holds) a cue
takes the fullest form that fits. If none fits, a required cue draws its phase out, and any other is left out.
"""

from __future__ import annotations

import itertools
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from voiceguide.model.script import (
    CHIME_S,
    Breathe,
    Hold,
    Mark,
    Phase,
    Place,
    Rest,
    Role,
    Say,
    Sound,
    SpanKind,
    ToneName,
    with_side,
)
from voiceguide.model.timeline import Chapter, Cue, Span, Timeline
from voiceguide.units import SESSION_RATE_HZ, PlanFrame, to_frames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiceguide.model.script import Script, Section

CUE_GAP_S = 0.25
"""The least quiet between two spoken cues, and between a cue and the end of its phase."""
ASIDE_APART_S = 1.0
"""The quiet between words at the end of a breath and the word of the next breath."""
TONE_WORD_S = 0.7
"""Time from a halfway chime to its word, for the chime to ring out."""
COUNT_INTERVAL_S = 1.0
COUNT_STEP_S = 0.25
"""A voice that is too slow to count seconds counts at a longer interval, by steps of this."""

_TONE_ROLE = {ToneName.INHALE: Role.INHALE, ToneName.EXHALE: Role.EXHALE}


class Spot(Struct, frozen=True):
    """Where a beat begins."""

    section: int
    index: int
    """The number of the beat in its section."""
    start: PlanFrame
    """The first frame that belongs to it: that of a cue that comes early, or of the beat itself."""


class Placement(Struct, frozen=True):
    """A Timeline, with the place of each beat of its Script."""

    timeline: Timeline
    spots: tuple[Spot, ...]
    """The place of every beat, in order."""


def schedule(script: Script, spoken_frames: Mapping[str, int], rate_hz: int = SESSION_RATE_HZ) -> Timeline:
    """Place every beat of `script`.

    `spoken_frames` gives the length of each text of `script.texts()` in frames at `rate_hz`. The
    Timeline's own invariants are checked as it is built.
    """
    return _placed(script, spoken_frames, rate_hz).timeline(script)


def place(script: Script, spoken_frames: Mapping[str, int], rate_hz: int = SESSION_RATE_HZ) -> Placement:
    """Place every beat as `schedule` does, and say where each begins.

    The place of a beat depends only on itself and on the beats before: two scripts that begin with the same beats begin
    with the same frames.
    """
    placing = _placed(script, spoken_frames, rate_hz)
    return Placement(placing.timeline(script), placing.spots(script))


def _placed(script: Script, spoken_frames: Mapping[str, int], rate_hz: int) -> _Placing:
    placing = _Placing(spoken_frames, rate_hz, script.captions)
    for section in script.sections:
        placing.section(section)
    return placing


class _Placing(Struct):
    spoken: Mapping[str, int]
    rate_hz: int
    captions: Mapping[ToneName, str]
    gap: int = 0
    """Quiet between two sentences of the section."""
    now: int = 0
    """Where the next beat begins."""
    quiet_until: int = 0
    """No sentence in open time begins before this."""
    words_from: int | None = None
    """Where the sentences since the last rest began."""
    cues: list[Cue] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    chapters: list[tuple[str, PlanFrame, str | None]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    begun: list[tuple[int, int, int]] = field(default_factory=list)
    """Where each beat began, and how many cues and spans came before it."""

    def begin(self) -> None:
        self.begun.append((self.now, len(self.cues), len(self.spans)))

    def spots(self, script: Script) -> tuple[Spot, ...]:
        places = [
            (number, index) for number, section in enumerate(script.sections) for index in range(len(section.beats))
        ]
        ends = [*self.begun[1:], (self.now, len(self.cues), len(self.spans))]
        spots = []
        for (number, index), (now, cue, span), (_, cue_end, span_end) in zip(places, self.begun, ends, strict=True):
            starts = [item.start for item in self.cues[cue:cue_end]] + [
                item.start for item in self.spans[span:span_end]
            ]
            spots.append(Spot(number, index, PlanFrame(min(starts, default=now))))
        return tuple(spots)

    def timeline(self, script: Script) -> Timeline:
        length = PlanFrame(max([self.now, *(cue.end for cue in self.cues)]))
        ends = [start for _, start, _ in self.chapters[1:]] + [length]
        return Timeline(
            routine=script.routine,
            title=script.title,
            language=script.language,
            rate_hz=self.rate_hz,
            length=length,
            # By start, then by end: two stable sorts, because a key for each cue of a long session takes memory.
            cues=tuple(sorted(sorted(self.cues, key=attrgetter("end")), key=attrgetter("start"))),
            spans=tuple(self.spans),
            chapters=tuple(
                Chapter(title, start, end, stretch)
                for (title, start, stretch), end in zip(self.chapters, ends, strict=True)
            ),
            notes=tuple(dict.fromkeys((*script.notes, *self.notes))),
        )

    def section(self, section: Section) -> None:
        self.now = max(self.now, self.quiet_until)
        self.gap = self.frames(section.sentence_gap_s)
        self.chapters.append((section.title, PlanFrame(self.now), section.stretch))
        for breathing, beats in itertools.groupby(section.beats, key=lambda beat: isinstance(beat, Breathe)):
            if breathing:
                self.breathe([beat for beat in beats if isinstance(beat, Breathe)])
                continue
            for beat in beats:
                self.begin()
                match beat:
                    case Say():
                        self.now = max(self.now, self.quiet_until)
                        self.words_from = self.now if self.words_from is None else self.words_from
                        self.now = self.speak(beat.text, beat.role, beat.place, self.now)
                        self.quiet_until = self.now + max(self.gap, self.frames(beat.settle_s))
                    case Rest():
                        self.rest(beat)
                    case Sound():
                        self.chime(beat.tone, beat.place, self.now)
                        self.now += self.frames(beat.lead_s)
                        self.quiet_until = self.now
                    case Hold():
                        self.hold(beat)

    def rest(self, rest: Rest) -> None:
        start, end = self.now, self.now + self.frames(rest.seconds)
        if rest.least_quiet_s is not None and self.words_from is not None:
            end = max(start + self.frames(rest.least_quiet_s), self.words_from + self.frames(rest.seconds))
        self.span(rest.kind, start, end, rest.place)
        self.now, self.words_from = end, None

    def breathe(self, breaths: list[Breathe]) -> None:
        """Breaths in a row, without a gap."""
        phases = [(phase, breath.place, not at) for breath in breaths for at, phase in enumerate(breath.phases)]
        self.now = max(self.now, self.cues_end() + self.lead(phases[0][0]))
        for index, (phase, place, is_first) in enumerate(phases):
            following = phases[index + 1][0] if index + 1 < len(phases) else None
            if is_first:
                self.begin()
            self.phase(phase, place, self.lead(following) if following else 0)

    def phase(self, phase: Phase, place: Place, next_lead: int) -> None:
        start, end = self.now, self.now + self.frames(phase.seconds)
        spoken_to = self.cues_end()
        for mark in phase.marks:
            at = max(start + self.frames(mark.at_s), spoken_to)
            limit = end - next_lead - self.frames(CUE_GAP_S)
            text = self.fitting(mark, limit - at)
            if text is None and mark.required:
                text = mark.forms[-1]
                end += at + self.spoken[text] - limit
                self.notes.append(f"{self.name(place)}: a breath is drawn out so that {text!r} fits.")
            if text is not None:
                if mark.late:
                    # It stays apart from the word of the next breath: together they would sound like one sentence.
                    apart = self.frames(ASIDE_APART_S) if next_lead else 0
                    at = max(at, limit - apart - self.spoken[text])
                spoken_to = self.speak(text, mark.role, place, at) + self.frames(CUE_GAP_S)
        if phase.tone:
            self.tone(phase.tone, place, start, end)
        self.span(phase.kind, start, end, place)
        self.now = self.quiet_until = end

    def hold(self, hold: Hold) -> None:
        """A hold, exactly as long as asked. Its marks share the time before the countdown."""
        start, end = self.now, self.now + self.frames(hold.seconds)
        if end > start:
            place = hold.place
            added = self.frames(hold.added_s)
            frames = PlanFrame(start), PlanFrame(end)
            self.spans.append(Span(SpanKind.HOLD, *frames, place.stretch, place.side, place.repetition, added))
        elapsed_s, begin = 0.0, start
        for phase in hold.breath:
            # Boundaries are rounded from the start of the hold, so that the last one is its end.
            elapsed_s += phase.seconds
            finish = min(start + self.frames(elapsed_s), end)
            self.span(phase.kind, begin, finish, hold.place)
            begin = finish
        counting_from = self.countdown(hold, start, end)
        for index, mark in enumerate(hold.marks):
            at = start + self.frames(mark.at_s)
            word_at = at + (self.frames(TONE_WORD_S) if mark.tone else 0)
            later = [start + self.frames(other.at_s) for other in hold.marks[index + 1 :]]
            limit = min([counting_from, *later]) - self.frames(CUE_GAP_S)
            if mark.tone:
                self.chime(mark.tone, hold.place, at)
            if mark.forms and (text := self.fitting(mark, limit - word_at)):
                self.speak(text, mark.role, hold.place, word_at)
            elif mark.forms:
                self.notes.append(f"{self.name(hold.place)}: no room in the hold for {mark.forms[-1]!r}, left out.")
        self.now = self.quiet_until = end

    def countdown(self, hold: Hold, start: int, end: int) -> int:
        """Number words with evenly spaced onsets; the next one would fall on the end of the hold.

        Returns the frame where counting begins, or `end` without a countdown.
        """
        words = hold.countdown
        if not words:
            return end
        interval_s = COUNT_INTERVAL_S
        longest = max(self.spoken[word] for word in words) + self.frames(CUE_GAP_S)
        while self.frames(interval_s) < longest:
            interval_s += COUNT_STEP_S
        interval = self.frames(interval_s)
        fits = max(0, (end - start) // (2 * interval))
        if interval_s > COUNT_INTERVAL_S:
            self.notes.append(f"The voice is too slow to count seconds: the countdown goes by {interval_s:g} s.")
        if fits < len(words):
            self.notes.append(f"{self.name(hold.place)}: the countdown is shortened to {fits}, half of the hold.")
            words = words[len(words) - fits :]
        for index, word in enumerate(words):
            self.speak(word, Role.COUNT, hold.place, end - (len(words) - index) * interval)
        return end - len(words) * interval

    def fitting(self, mark: Mark, room: int) -> str | None:
        """The fullest form that fits in `room` frames, with a note if that is a shorter one; None if none fits."""
        for text in mark.forms:
            if self.spoken[text] <= room:
                if text != mark.forms[0]:
                    self.notes.append(f"{mark.forms[0]!r} is shortened to {text!r}: the breath is too short for it.")
                return text
        return None

    def lead(self, phase: Phase) -> int:
        """How early the first word of a phase comes."""
        return max([0, *(-self.frames(mark.at_s) for mark in phase.marks)])

    def cues_end(self) -> int:
        """Where the last spoken cue has ended and the least quiet after it is over."""
        last = next((cue for cue in reversed(self.cues) if cue.tone is None), None)
        return last.end + self.frames(CUE_GAP_S) if last else 0

    def speak(self, text: str, role: Role, place: Place, start: int) -> int:
        end = start + self.spoken[text]
        self.cues.append(self.cue(role, text, start, end, place))
        return end

    def chime(self, tone: ToneName, place: Place, start: int) -> None:
        self.cues.append(
            self.cue(Role.CHIME, self.caption(tone), start, start + self.frames(CHIME_S[tone]), place, tone)
        )

    def tone(self, tone: ToneName, place: Place, start: int, end: int) -> None:
        self.cues.append(self.cue(_TONE_ROLE[tone], self.caption(tone), start, end, place, tone))

    def caption(self, tone: ToneName) -> str:
        return self.captions.get(tone, f"[{tone}]")

    def cue(self, role: Role, text: str, start: int, end: int, place: Place, tone: ToneName | None = None) -> Cue:
        chapter = len(self.chapters) - 1
        frames = PlanFrame(start), PlanFrame(end)
        return Cue(role, text, *frames, chapter, place.stretch, place.side, place.repetition, tone)

    def span(self, kind: SpanKind, start: int, end: int, place: Place) -> None:
        if end > start:
            frames = PlanFrame(start), PlanFrame(end)
            self.spans.append(Span(kind, *frames, place.stretch, place.side, place.repetition))

    def frames(self, seconds: float) -> int:
        return to_frames(seconds, self.rate_hz)

    def name(self, place: Place) -> str:
        return with_side(self.chapters[-1][0], place.side)
