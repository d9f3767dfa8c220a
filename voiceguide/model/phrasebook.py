"""The sentences of a language that belong to no stretch: welcome, safety, counts, the way on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from voiceguide.model.base import Model, Text
from voiceguide.model.stretch import Condition

Wordings = Annotated[tuple[Text, ...], Field(min_length=1, max_length=4)]
"""Several ways to say the same; which one is said depends on the day, and on what was said before."""


class SideWords(Model):
    """The two sides as spoken."""

    left: Text
    right: Text


class Phrasebook(Model):
    """As authored in `library/<language>/phrases.toml`. Braces are filled in by phrasing."""

    numbers: list[Text] = Field(min_length=21)
    """Number words from zero on; a larger number is left to the engine as digits."""
    sides: SideWords
    welcome: Wordings
    """{title}, {count} (of stretches, a number word), {minutes} (a number word)."""
    welcome_one: Wordings
    """The same for a routine of one stretch."""
    welcome_short: Text
    """The same for less than a minute and a half: {title}, {count}."""
    props_needed: Text
    """{props}: what is needed, joined."""
    props_reach: Text
    """{props}: what should be within reach."""
    props_both: Text
    """{needed} and {reach}."""
    joiner: Text
    """Between the last two of a list: `and`."""
    either: Text
    """Between the last two of a choice: `or`."""
    fetch: Text
    """Behind several props: nobody can fetch a mat and a cushion while the session goes on."""
    safety: Text
    """Said in every session, whatever the words."""
    screening: Text
    """{conditions}: who should read the cautions before they begin."""
    conditions: dict[Condition, Text]
    """Every one of them, as it stands in `screening`."""
    roll_up: Text
    """From lying on the back to anything but lying: by one side."""
    stand_up: Text
    """From the floor to standing or to a chair."""
    easier_way: Text
    """{way}: offered once."""
    easier_chosen: Text
    """{way}: every time, for whoever has chosen the easier ways."""
    harder_chosen: Text
    """{way}: the same for the harder ones."""
    return_tone: Text
    """What the soft tone of the way back means, before it comes for the first time."""
    tick: Text
    """What a tick means in the same way."""
    breath_tones: Text
    """What the tones of a breath mean, where words are minimal."""
    chimes: Text
    """What the chimes of a hold mean, where words are minimal."""
    first: Text
    """{name} and {gist}, for the first stretch."""
    next: Wordings
    last: Wordings
    only: Text
    """For a routine of one stretch."""
    only_known: Text
    first_known: Text
    """The same without {gist}, once known or for brief words."""
    next_known: Wordings
    last_known: Wordings
    close: Wordings
    """For a session that ends otherwise than its routine: one of the last stretches is left out."""
    close_lying: Text
    """Behind that, said to who lies."""
    last_words: Text
    """In the last rest of a session that ends in sleep: nobody should lie waiting for more."""
    other_side: Wordings
    this_side: Text
    """{Side}: where words are minimal, which side it is."""
    side_first: Text
    """{Side}: the same where the sides take turns."""
    rest: Wordings
    rounds_left: Text
    """{Count} more rounds: never what could be breaths."""
    last_round: Text
    hold_for: Wordings
    """{length}: the first hold of a stretch. Never a bare `hold`, which is heard as `hold your breath`."""
    hold: Wordings
    """Every other one."""
    seconds: Text
    """{count}: a length in seconds."""
    minute: Text
    minutes: Text
    """{count}."""
    minutes_and_seconds: Text
    """{minutes} and {seconds}, each with its unit."""
    rest_here: Wordings
    """In the place of `hold` where the hold is a rest."""
    halfway: Text
    one_more_breath: Wordings
    """About one breath before the end of a hold."""
    minutes_to_go: Text
    """In a long hold: {Count} minutes. Never `left`, which is a side."""
    minutes_to_go_short: Text
    minute_to_go: Text
    """The same for one minute."""
    minute_to_go_short: Text
    last_repetition: Text
    repetitions_to_go: Text
    """{Count}: in the middle of repetitions that are no longer counted aloud."""
    breathe_in: Text
    """For breathing without a movement, in full and bare."""
    breathe_out: Text
    breath_in: Text
    breath_out: Text
