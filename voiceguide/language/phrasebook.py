"""The sentences of a language that belong to no stretch: welcome, safety, counts, the way on."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from voiceguide.language.rules import rules_for
from voiceguide.model.base import Language, Model, Text
from voiceguide.model.choices import Pace, Words
from voiceguide.model.stretch import Area, Condition

if TYPE_CHECKING:
    from voiceguide.language.rules import Rules
    from voiceguide.model.script import ToneName

Wordings = Annotated[tuple[Text, ...], Field(min_length=1, max_length=4)]
"""Several ways to say the same; which one is said depends on the day, and on what was said before."""


SideForms = dict[Annotated[str, Field(pattern=r"^[a-z]+$")], Text]
"""The word for a side in each of the forms that a grammar needs: `plain` (to the left), and those of its tokens."""


class SideWords(Model):
    """The two sides as spoken: `{side}` is filled with the plain form, `{side_en}` with the form `en`."""

    left: SideForms
    right: SideForms

    @model_validator(mode="after")
    def _alike(self) -> Self:
        if "plain" not in self.left or set(self.left) != set(self.right):
            message = "both sides have the same forms, and `plain` is one of them"
            raise ValueError(message)
        return self


class Captions(Model):
    """What is read where no word is heard, in square brackets."""

    start: Text
    hold_start: Text
    halfway: Text
    switch: Text
    return_: Annotated[Text, Field(alias="return")]
    tick: Text
    hold_end: Text
    end: Text
    inhale: Text
    exhale: Text
    quiet: Text
    """{seconds}: every longer quiet."""

    def of(self, tone: ToneName) -> str:
        """The caption of a tone."""
        name = tone.replace("-", "_")
        found: str = getattr(self, "return_" if name == "return" else name)
        return found


class ChapterTitles(Model):
    """Chapters that are no stretch."""

    welcome: Text
    close: Text


class FileWords(Model):
    """What an exported file says about itself."""

    album: Text
    comment: Text
    """{description}, {pacing} and {voice}."""
    paces: dict[Pace, Text]
    words: dict[Words, Text]


class ShowWords(Model):
    """Headings and doses of `voiceguide show`."""

    need: Text
    care: Text
    easier: Text
    harder: Text
    how: Text
    areas: Text
    props: Text
    optional: Text
    alternating: Text
    """{side} first."""
    each_same: Text
    """{side} first, and felt there."""
    each_other: Text
    """{side} first, and felt on the other side."""
    dose_to: Text
    """{low} and {high}: what the data allows."""
    breath: tuple[Text, Text]
    """{number}: one, and several."""
    breath_s: Text
    """{in_s} and {out_s}."""
    repetition: tuple[Text, Text]
    every: Text
    """{seconds}: one of them takes so long."""
    hold: Text
    """{dose} of seconds."""
    a_side: Text
    round: tuple[Text, Text]
    source: Text
    """{source} and {label}."""
    area_names: dict[Area, Text]


class Phrasebook(Model):
    """As authored in `library/<language>/phrases.toml`. Braces are filled in by phrasing."""

    language: Language
    name: Text
    """Of the language, in English."""
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
    captions: Captions
    chapters: ChapterTitles
    file: FileWords
    show: ShowWords
    promises: tuple[Text, ...] = ()
    """Words that promise what no session may: `check` refuses them. A trailing `*` stands for any ending."""

    @property
    def rules(self) -> Rules:
        """How this language reads numbers, joins lists and tells sides."""
        return rules_for(self.language)

    @functools.cached_property
    def side_words(self) -> tuple[str, ...]:
        """Every word that names a side."""
        return tuple(dict.fromkeys([*self.sides.left.values(), *self.sides.right.values()]))
