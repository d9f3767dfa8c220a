"""The sentences of a language that belong to no stretch: welcome, safety, counts, the way on."""

from __future__ import annotations

from pydantic import Field

from voiceguide.model.base import Model, Text


class SideWords(Model):
    """The two sides as spoken."""

    left: Text
    right: Text


class Phrasebook(Model):
    """As authored in `library/<language>/phrases.toml`. Braces are filled in by phrasing."""

    numbers: list[Text] = Field(min_length=21)
    """Number words from zero on; a larger number is left to the engine as digits."""
    sides: SideWords
    welcome: Text
    """{title}, {count} (of stretches, a number word), {minutes} (a number word)."""
    welcome_one: Text
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
    safety: Text
    first: Text
    """{name} and {gist}, for the first stretch."""
    next: Text
    last: Text
    only: Text
    """For a routine of one stretch."""
    only_known: Text
    first_known: Text
    """The same without {gist}, once known or for brief words."""
    next_known: Text
    last_known: Text
    other_side: Text
    rest: Text
    rounds_left: Text
    """{Count} more rounds."""
    last_round: Text
    hold: Text
    rest_here: Text
    """In the place of `hold` where the hold is a rest."""
    halfway: Text
    one_more_breath: Text
    minutes_to_go: Text
    """In a long hold: {Count} minutes. Never `left`, which is a side."""
    minutes_to_go_short: Text
    minute_to_go: Text
    """The same for one minute."""
    minute_to_go_short: Text
    last_repetition: Text
    breathe_in: Text
    """For breathing without a movement, in full and bare."""
    breathe_out: Text
    breath_in: Text
    breath_out: Text
