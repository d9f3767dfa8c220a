"""The phrasebook of a language: every sentence around the stretches, from the welcome to the tags of a file."""

from __future__ import annotations

import functools
import re
from enum import EnumMeta
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args, get_origin

from pydantic import Field, model_validator

from voiceguide.language.rules import rules_for
from voiceguide.model.base import Language, Model, Text
from voiceguide.model.choices import Level, Pace, Side, Tones, Words
from voiceguide.model.stretch import Area, Condition

if TYPE_CHECKING:
    from voiceguide.language.rules import Rules
    from voiceguide.model.script import ToneName

Wordings = Annotated[tuple[Text, ...], Field(min_length=1, max_length=4)]
"""Several ways to say the same thing. The day and what has been said before decide which one is spoken."""

SideForms = dict[Annotated[str, Field(pattern=r"^[a-z]+$")], Text]
"""The word for a side in every form that the grammar needs: `plain` (to the left), and one for each kind of token."""


class SideWords(Model):
    """The words for the two sides: `{side}` takes the plain form, `{side_en}` the form `en`."""

    left: SideForms
    right: SideForms

    @model_validator(mode="after")
    def _alike(self) -> Self:
        if "plain" not in self.left or set(self.left) != set(self.right):
            message = "both sides need the same forms, and `plain` among them"
            raise ValueError(message)
        return self


class Captions(Model):
    """The captions of what is heard without words, in square brackets."""

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
    """For a longer quiet: {seconds}."""

    def of(self, tone: ToneName) -> str:
        """The caption of a tone."""
        name = tone.replace("-", "_")
        found: str = getattr(self, "return_" if name == "return" else name)
        return found


class ChapterTitles(Model):
    """The titles of the chapters before the first stretch and after the last."""

    welcome: Text
    close: Text


class ChoiceWords(Model):
    """A model whose tables have words for every choice of their kind."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name, field in type(self).model_fields.items():
            if get_origin(field.annotation) is not dict:
                continue
            kind = get_args(field.annotation)[0]
            choices = (
                get_args(kind) if get_origin(kind) is Literal else list(kind) if isinstance(kind, EnumMeta) else []
            )
            missing = [str(choice) for choice in choices if choice not in getattr(self, name)]
            if missing:
                message = f"{name} lacks {', '.join(missing)}"
                raise ValueError(message)
        return self


class FileWords(ChoiceWords):
    """What an exported file says about itself in its tags."""

    album: Text
    comment: Text
    """With {description}, {pacing} and {voice}."""
    paces: dict[Pace, Text]
    words: dict[Words, Text]


class ShowWords(ChoiceWords):
    """The headings and doses of `voiceguide show`."""

    need: Text
    care: Text
    easier: Text
    harder: Text
    how: Text
    areas: Text
    props: Text
    optional: Text
    alternating: Text
    """Takes {side}: the side that is done first."""
    each_same: Text
    """Takes {side}: done first, and felt on that side."""
    each_other: Text
    """Takes {side}: done first, and felt on the other side."""
    dose_to: Text
    """The range of a dose: {low} and {high}."""
    breath: tuple[Text, Text]
    """The forms for one and for several; both take {number}."""
    breath_s: Text
    """With {in_s} and {out_s}."""
    repetition: tuple[Text, Text]
    every: Text
    """Takes {seconds}: how long one repetition takes."""
    hold: Text
    """Takes {number}: the seconds of the hold."""
    a_side: Text
    round: tuple[Text, Text]
    source: Text
    """With {source} and {label}, the name of the stretch there."""
    area_names: dict[Area, Text]


class PacingWords(ChoiceWords):
    """What an exported file says of each knob that differs from its pace, with {value}.

    The words of `show` count repetitions and rounds.
    """

    speech_rate: Text
    sentence_gap_s: Text
    hold_s: Text
    breath: Text
    """With {in_s} and {out_s}."""
    breath_held: Text
    """With {in_s}, {hold_in_s}, {out_s} and {hold_out_s}."""
    breath_scale: Text
    breath_cues: Text
    """That there are no breath words."""
    tones: dict[Tones, Text]
    countdown: Text
    bed: dict[Literal["rain", "drone", "waves", "file"], Text]
    bed_level_db: Text
    sleep: Text
    first_side: dict[Side, Text]
    level: dict[Level, Text]
    walk_s: Text
    transition_s: Text
    same_posture_s: Text
    switch_s: Text
    change_s: Text
    floor_s: Text
    settle_scale: Text
    enter_s: Text
    leave_s: Text
    round_rest_s: Text
    length_s: Text
    """With {value} as a clock shows it."""
    only: Text
    """With {value}, a list of stretches."""
    skip: Text


class Phrasebook(ChoiceWords):
    """The file `library/<language>/phrases.toml`. Phrasing fills in the braces; `{Count}` is {count} with a capital."""

    language: Language
    name: Text
    """The name of the language, in English."""
    numbers: list[Text] = Field(min_length=21)
    """The number words from zero on. An engine gets larger numbers as digits."""
    one: dict[Text, Text] = Field(default_factory=dict)
    """The singular for a count of one, by the plural that the texts have: `one breaths` is `one breath`."""
    sides: SideWords
    welcome: Wordings
    """With {title}, and as number words {count} of stretches and {minutes}."""
    welcome_one: Wordings
    """For a routine of one stretch."""
    welcome_short: Text
    """For a session of less than a minute and a half: {title}, {count}."""
    props_needed: Text
    """With {props}, a list of what is needed."""
    props_reach: Text
    """With {props}, a list of what should be within reach."""
    props_both: Text
    """With {needed} and {reach}."""
    joiner: Text
    """Between the last two of a list, as `and`."""
    either: Text
    """Between the last two of a choice, as `or`."""
    decimal: Annotated[str, Field(pattern=r"^[.,]$")]
    """The decimal point or comma of numbers that are read: `0.8`."""
    fetch: Text
    """After several props: nobody can fetch a mat and a cushion while the session goes on."""
    safety: Text
    """Spoken in every session, however few the words are."""
    screening: Text
    """Asks listeners with any of {conditions} to read the cautions before they begin."""
    conditions: dict[Condition, Text]
    """Each condition as `screening` names it."""
    roll_up: Text
    """Before the listener sits or stands up from lying on the back."""
    get_down: Text
    """Before the listener comes down to the floor, on the way to a sitting, kneeling or lying position."""
    stand_up: Text
    """Before the listener stands up from the floor."""
    easier_way: Text
    """Offers {way} once."""
    easier_chosen: Text
    """Says {way} every time, for listeners who have chosen the easier ways."""
    harder_chosen: Text
    """The same for the harder ways."""
    return_tone: Text
    """Explains the soft tone that calls back, before it sounds for the first time."""
    tick: Text
    """Explains the tick in the same way."""
    breath_tones: Text
    """Explains the breath tones to listeners who get minimal words."""
    chimes: Text
    """Explains the chimes of a hold to the same listeners."""
    first: Text
    """Announces the first stretch: {name} and {gist}."""
    next: Wordings
    last: Wordings
    only: Text
    """Announces the stretch of a routine that has one."""
    only_known: Text
    first_known: Text
    """The same without {gist}, for a stretch that is known or for brief words."""
    next_known: Wordings
    last_known: Wordings
    close: Wordings
    """Ends a session that leaves out one of the last stretches, and so cannot end as its routine does."""
    close_lying: Text
    """Follows `close` if the listener is lying."""
    last_words: Text
    """In the last rest of a session that ends in sleep, so that nobody lies awake waiting for more."""
    other_side: Wordings
    this_side: Text
    """Says which side it is where words are minimal: {Side}."""
    side_first: Text
    """The same where the sides take turns."""
    rest: Wordings
    rounds_left: Text
    """With {Count}. It names the rounds, since a bare number could count breaths."""
    last_round: Text
    hold_for: Wordings
    """For the first hold of a stretch, with {length}. A bare `hold` would be heard as `hold your breath`."""
    hold: Wordings
    """For every other hold."""
    seconds: Text
    """A length in seconds: {count}."""
    minute: Text
    minutes: Text
    """A length in minutes: {count}."""
    minutes_and_seconds: Text
    """With {minutes} and {seconds}, each with its unit."""
    rest_here: Wordings
    """Instead of `hold` where the hold is a rest."""
    halfway: Text
    one_more_breath: Wordings
    """About a breath before a hold ends."""
    minutes_to_go: Text
    """In a long hold, with {Count}. In English it is not `left`, which is a side."""
    minutes_to_go_short: Text
    minute_to_go: Text
    """For the last minute."""
    minute_to_go_short: Text
    last_repetition: Text
    repetitions_to_go: Text
    """In the middle of repetitions that are no longer counted aloud, with {Count}."""
    breathe_in: Text
    """For breathing without a movement: in full, and below with a bare word."""
    breathe_out: Text
    breath_in: Text
    breath_out: Text
    captions: Captions
    chapters: ChapterTitles
    file: FileWords
    pacing: PacingWords
    show: ShowWords
    promises: tuple[Text, ...] = ()
    """Words that promise what no session may, which `check` refuses. A trailing `*` stands for any ending."""

    @property
    def rules(self) -> Rules:
        """The rules of this language."""
        return rules_for(self.language)

    def in_digits(self, number: float) -> str:
        """A number to be read, with the language's decimal point or comma: `2.5`, `2,5`."""
        return f"{number:g}".replace(".", self.decimal)

    def with_one(self, text: str) -> str:
        """`text`, which counts one of something, with the singular. Capitals stay."""

        def said(match: re.Match[str]) -> str:
            one = self.one[match[0].lower()]
            return one[:1].upper() + one[1:] if match[0][0].isupper() else one

        longest_first = sorted(map(re.escape, self.one), key=len, reverse=True)
        return re.sub(rf"\b(?:{'|'.join(longest_first)})\b", said, text, flags=re.IGNORECASE) if self.one else text

    @functools.cached_property
    def side_words(self) -> tuple[str, ...]:
        """Every word for a side, in every form."""
        return tuple(dict.fromkeys([*self.sides.left.values(), *self.sides.right.values()]))
