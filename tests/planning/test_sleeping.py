"""Sessions that end in sleep: nothing after the last rest wakes the listener, and nobody is left in a stretch."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from voiceguide.model.script import Role, SpanKind, ToneName
from voiceguide.planning.phrasing.kinds import kind_of
from voiceguide.planning.planner import write_script
from voiceguide.planning.presets import paced, pacing_with
from voiceguide.planning.scheduling.estimate import estimate
from voiceguide.planning.selection import selected

if TYPE_CHECKING:
    from voiceguide.library.loader import Library
    from voiceguide.model.timeline import Timeline


def planned(library: Library, routine: str, **changes: object) -> Timeline:
    pacing = pacing_with(changes)
    chosen = selected(library.routine(routine), pacing)
    return estimate(write_script(chosen, pacing, library.phrasebook), pacing.speech_rate)


@pytest.mark.parametrize("words", ["full", "brief", "minimal"])
@pytest.mark.parametrize("hold_s", [None, 600.0])
def test_behind_the_last_rest_nothing_sounds(library: Library, words: str, hold_s: float | None) -> None:
    timeline = planned(library, "wind-down", words=words, hold_s=hold_s)
    rest = [span for span in timeline.spans if span.kind is SpanKind.HOLD][-1]
    assert not [cue for cue in timeline.cues if cue.end > rest.end]
    # No minutes are told either: a word about the rest, word that nothing more will come, and then quiet.
    inside = [cue for cue in timeline.cues if cue.start >= rest.start]
    assert {cue.role for cue in inside} == {Role.ENCOURAGE}
    assert " ".join(cue.text for cue in inside).endswith(library.phrasebook.last_words)
    assert max(cue.end for cue in inside) < rest.start + 24 * timeline.rate_hz
    assert timeline.length - rest.end >= 10 * timeline.rate_hz


def test_who_does_not_want_to_sleep_is_woken(library: Library) -> None:
    timeline = planned(library, "wind-down", sleep=False)
    assert timeline.cues[-1].tone is ToneName.END
    assert [cue for cue in timeline.speech() if cue.role is Role.CLOSE]


@pytest.mark.parametrize("routine", ["upper-back", "desk-break", "morning", "hips"])
def test_any_routine_can_end_in_sleep_and_leaves_nobody_in_a_stretch(library: Library, routine: str) -> None:
    awake, asleep = planned(library, routine), planned(library, routine, sleep=True)
    assert awake.cues[-1].tone is ToneName.END
    assert not [cue for cue in asleep.cues if cue.tone is ToneName.END]
    if kind_of(library.routine(routine).stretches[-1]).is_rest:
        return
    # The words that lead out of the stretch stay.
    for role in (Role.RELEASE, Role.CLOSE):
        said = [[cue.text for cue in timeline.speech() if cue.role is role] for timeline in (awake, asleep)]
        assert said[0] == said[1]


def test_what_the_pacing_leaves_to_the_routine() -> None:
    for sleep in (False, True):
        pacing = paced().of_routine(sleep=sleep)
        assert (pacing.sleep, pacing.tones) == (sleep, "soft" if sleep else "full")
        assert pacing.of_routine(sleep=not sleep) == pacing
        assert paced(sleep=not sleep).of_routine(sleep=sleep).sleep is not sleep
        assert paced(tones="full").of_routine(sleep=sleep).tones == "full"


def test_nothing_is_said_once_the_listener_may_be_asleep(library: Library) -> None:
    """In minimal words the way through the body is silent: the last words come before it."""
    for words in ("full", "brief", "minimal"):
        timeline = planned(library, "in-bed", words=words)
        speech = list(timeline.speech())
        assert library.phrasebook.last_words.endswith(speech[-1].text), words
        quiet_s = [(after.start - before.end) / timeline.rate_hz for before, after in itertools.pairwise(speech)]
        assert max(quiet_s) < 60, words
        assert (timeline.length - speech[-1].end) / timeline.rate_hz > 60, words
