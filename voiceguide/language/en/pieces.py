"""The pieces of the grammar: numbers, units, and the words that tell what a number means."""

from __future__ import annotations

import re
from typing import Final

LETTER: Final = r"[^\W\d_]"
DASH: Final = r" ?[-–—] ?"  # noqa: RUF001 -- people type all of these dashes
X: Final = r"[x×*]"  # noqa: RUF001 -- people type all of these signs
SMALL: Final = r"(?:0|[1-9][0-9]{0,2})"
WHOLE: Final = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|0|[1-9][0-9]{0,5})(?![0-9])"
FRACTION: Final = r"[1-9][0-9]?/[1-9][0-9]?(?![0-9/])"
POINT: Final = r"(?:0|[1-9][0-9]{0,3})?\.[0-9]{1,3}(?![0-9])"
COMMA: Final = r"(?:0|[1-9][0-9]{0,2}),[0-9]{1,2}(?![0-9,])"
QUANTITY: Final = rf"(?:[1-9][0-9]{{0,2}}[ -]{FRACTION}|{FRACTION}|{POINT}|{WHOLE})"
MEASURED: Final = rf"(?:{COMMA}|{QUANTITY})"
"""A quantity before a unit, where a decimal may have a comma."""

BEGIN: Final = r"(?<![\w.,:/+–-])"  # noqa: RUF001
"""A number begins where nothing before it changes its meaning."""
END: Final = r"(?![\w%°]|[.,:/+'\"–-][0-9]|[/'-]\w| ?[/+] ?[0-9]|\.\w)"  # noqa: RUF001
"""A number ends where nothing after it changes its meaning."""

SHORT_UNITS: Final = {
    "s": ("second", "seconds"),
    "sec": ("second", "seconds"),
    "m": ("minute", "minutes"),
    "min": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "kg": ("kilogram", "kilograms"),
    "lb": ("pound", "pounds"),
    "mm": ("millimeter", "millimeters"),
    "cm": ("centimeter", "centimeters"),
    "km": ("kilometer", "kilometers"),
    "ft": ("foot", "feet"),
    "yd": ("yard", "yards"),
    "ml": ("milliliter", "milliliters"),
    "wk": ("week", "weeks"),
    "yr": ("year", "years"),
    "ct": ("count", "counts"),
    "bpm": ("beat per minute", "beats per minute"),
    "deg": ("degree", "degrees"),
    "°": ("degree", "degrees"),
    "°c": ("degree Celsius", "degrees Celsius"),
    "°f": ("degree Fahrenheit", "degrees Fahrenheit"),
    "%": ("percent", "percent"),
}
LONG_UNIT: Final = (
    r"(?:seconds?|minutes?|hours?|degrees?|percent|inch(?:es)?|foot|feet|metres?|meters?|centi(?:metre|meter)s?|"
    r"kilograms?|kilos?|pounds?)"
)
UNIT: Final = (
    r"(?:[ -]?(?:secs?|s|mins?|hrs?|h|kgs?|lbs?|mm|cm|km|ft|yds?|ml|wks?|yrs?|cts?|bpm|degs?|(?<=[0-9])m)(?!\w|/h)"
    rf"| ?°(?: ?[CF](?!\w))?| ?%|[ -]?{LONG_UNIT}(?!\w))"
)
"""A unit with the space or the hyphen before it."""
DOT: Final = r"(?:\.(?= +(?-i:[a-z])|[,;)]))?"
"""The dot of an abbreviation is read with it; the dot that ends a sentence stays."""
PER: Final = (
    r"(?: ?/ ?(?P<per>day|d|week|wk|month|hour|hr|h|minute|min|side|leg|arm|foot|hand|knee|hip|direction|way|set|"
    r"round|session|exercise|stretch|pose|breath)(?!\w))?"
)
PER_WORDS: Final = {"d": "day", "h": "hour"}
"""Other short words are in the list of pronunciations."""
MORE: Final = r"(?P<more>\+(?![\w.])(?! ?[0-9]))?"
CLOSE: Final = rf"(?:(?P<hyphen>-(?={LETTER}{{2}}))|{END})"
"""The end of a number, or the hyphen of a compound: `10-breath hold`."""

COUNTED: Final = (
    r"(?:breaths?|reps?|repetitions?|rounds?|sets?|cycles?|counts?|holds?|circles?|rolls?|turns?|laps?|pulses?|steps?|"
    r"stretches|squats?|lunges?|presses|passes|times)"
)
"""Things that this field counts."""
LABEL: Final = (
    r"(?:rounds?|sets?|steps?|stages?|phases?|parts?|levels?|days?|weeks?|sessions?|exercises?|stretch(?:es)?|poses?|"
    r"positions?|options?|variations?|versions?|sides?|laps?|cycles?|breaths?|reps?|intervals?|blocks?|circuits?|"
    r"chapters?|sections?|pages?|numbers?)"
)
"""Things that this field numbers."""
GRADED: Final = r"(?:pain|effort|intensity|exertion|discomfort|tension|stiffness|comfort|rpe)"
NOUN: Final = (
    r"(?:holds?|count|stretch|stretches|rests?|breaks?|pauses?|planks?|sessions?|walks?|jogs?|runs?|warm-?ups?|cool-?downs?|"
    r"routines?|intervals?|sets?|rounds?|timers?|workouts?|flows?|practices?|meditations?|exercises?|windows?|"
    r"versions?|blocks?|circuits?|hangs?|squats?|bridges?|sits?|relaxations?|inhales?|exhales?|scans?|countdowns?|"
    r"drills?|programmes?|programs?|videos?|class|classes|"
    r"balls?|blocks?|bolsters?|dumbbells?|kettlebells?|rollers?|towels?|weights?|angles?|bends?|turns?|twists?|tilts?)"
)
"""Nouns that a length or an angle describes: `a 30 second hold`, `3 times 30 second holds`."""
NOUN_FOLLOWS: Final = re.compile(
    rf" {NOUN}(?!\w)(?! [0-9][0-9.,–-]*{UNIT}| (?:for|the|your|it|still|there|here|this|that)\b)",  # noqa: RUF001
    re.IGNORECASE,
)
"""The noun, and not the verb of the same spelling: `hold 30s rest 10s`."""
ARTICLE: Final = re.compile(r"\ban? $", re.IGNORECASE)
DETERMINER: Final = re.compile(
    r"\b(?:an?|the|one|each|every|another|other|first|second|last|next|this|that|your) $", re.IGNORECASE
)
DISTANCE_WORDS: Final = (
    r"(?:away|apart|wide|long|tall|high|deep|thick|off (?:the|your)|above|below|from|in front|behind|square)\b"
)
DISTANCE: Final = re.compile(rf" ?{DISTANCE_WORDS}", re.IGNORECASE)
FARTHER: Final = re.compile(
    r" ?(?:up|down|higher|lower|wider|narrower|taller|closer|further|farther|back|forwards?|backwards?|out|outwards?|"
    r"inwards?|sideways|to the side|toward|towards)(?!\w)",
    re.IGNORECASE,
)
MOVED: Final = re.compile(
    r"\b(?:lift|raise|lower|slide|move|step|reach|drop|scoot|shift|bring)(?: [a-z]+){0,4} $",
    re.IGNORECASE,
)
"""A verb that moves something a few inches: a prime after it may not be a time."""
LONE_LETTER: Final = re.compile(r" (?![aAI]\b)[A-Za-z]\b(?!')")
"""A letter that may stand for any unit or sign."""
THING: Final = re.compile(
    r" (?:(?:foam|yoga|exercise|rolled|folded|small|soft|thick) )*"
    r"(?:balls?|bands?|benches|bench|blocks?|bolsters?|books?|bricks?|cushions?|gaps?|mats?|pillows?|platforms?|rollers?|"
    r"steps?|step-ups?|stools?|straps?|towels?|(?:box|wall)(?! (?:breath|sit|squat|jump|push|slide|stretch)))(?!\w)",
    re.IGNORECASE,
)
"""Things measured in inches and feet: a prime before them is not a time."""
OFTEN_FOLLOWS: Final = re.compile(
    r"[ -]?(?:breaths|cycles|counts|days|holds|laps|passes|pulses|reps|repetitions|rounds|sessions|sets|stretches|"
    r"times|weeks|seconds|secs|minutes|mins|hours|hrs)(?!\w)",
    re.IGNORECASE,
)
"""Several of what is counted: a fraction before them may be two numbers."""
COVERED: Final = re.compile(r"\b(?:walk|run|jog|swim|sprint|row|crawl|march|cycle)(?:ing|s)? $", re.IGNORECASE)
"""Verbs that are measured by distance as well as by time."""
HALVED: Final = r"(?:kneel\w*|moon|lotus|splits?|squats?|push-ups?|forward|folds?|lifts?|time|speed|frog|locust|boat)"
VERTEBRA: Final = r"(?-i:C[1-8]|T(?:1[0-2]|[1-9])|L[1-6]|S[1-5])(?![0-9])"
MOST_WITH_DASHES: Final = 20
MOST_WITH_SLASHES: Final = 10
"""The largest number in a pattern; a larger number may be part of a date."""
BEHIND: Final = 24
"""How many characters back to look for a determiner."""
