"""The rules of the grammar, in the order in which they are tried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from voiceguide.language.en.pieces import (
    BEGIN,
    CLOSE,
    COMMA,
    COUNTED,
    DASH,
    DISTANCE,
    DOT,
    END,
    FARTHER,
    FRACTION,
    GRADED,
    HALVED,
    LABEL,
    LETTER,
    LONE_LETTER,
    MEASURED,
    MORE,
    MOST_WITH_DASHES,
    MOST_WITH_SLASHES,
    MOVED,
    NOUN_FOLLOWS,
    OFTEN_FOLLOWS,
    PER,
    QUANTITY,
    SMALL,
    THING,
    UNIT,
    VERTEBRA,
    X,
)
from voiceguide.language.en.quantities import (
    UnreadError,
    decimal,
    per_what,
    quantity,
    tail,
    text_before,
    unit_words,
    value,
    with_unit,
)
from voiceguide.language.en.words import HUNDRED, ROMAN, TENS, cardinal, ordinal

if TYPE_CHECKING:
    from collections.abc import Callable

    _Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def closes_quotation(text: str, at: int) -> bool:
    """Whether the quotation mark at `at` closes a quotation; otherwise it stands for seconds or minutes."""
    mark = text[at]
    opened = len(re.findall(rf"(?<![\w.,!?]){mark}(?=\w)", text[:at]))
    closed = len(re.findall(rf"(?:(?<=[^\W\d])|(?<=[.,!?])){mark}(?!\w)", text[:at]))
    return opened > closed


def _of_a_size(match: re.Match[str]) -> bool:
    """Whether an unread prime follows, so that the number counts inches or feet."""
    at = match.end()
    return match.string[at : at + 1] in {'"', "'"} and not closes_quotation(match.string, at)


def _is_size(match: re.Match[str]) -> bool:
    """Whether a prime stands for inches or feet: `6" apart`, `a 4" block`, `3 1/2"`, `2' x 6'`."""
    before, behind = match.string[: match.start()], match.string[match.end() :]
    return bool(
        DISTANCE.match(behind)
        or THING.match(behind)
        or _is_small_way(before, behind)
        or re.search(r"/[0-9]+$", before)
        or re.match(rf" ?{X} ?[0-9][0-9./ ]*[\"']", behind)
        or re.search(rf"[\"'] ?{X} ?[0-9][0-9./ ]*$", before)
    )


def _is_small_way(before: str, behind: str) -> bool:
    """Whether a number so small may be a distance as well as a time: `lift the heel 1" up`, `step back 3'`."""
    number = re.search(r"(?<![0-9.,])[0-9]{1,2}$", before)
    if not number or int(number[0]) > _LONGEST_WAY:
        return False
    return bool(FARTHER.match(behind) or MOVED.search(before[: number.start()]))


def _prime(match: re.Match[str]) -> str:
    if closes_quotation(match.string, match.start()) or _is_size(match):
        raise UnreadError
    return " s" if match[0] == '"' else " min"


def _before_a_mark(match: re.Match[str]) -> str:
    """`30 "` is `30"`, unless the mark closes a quotation."""
    return " " if closes_quotation(match.string, match.end()) else ""


def _two_primes(match: re.Match[str]) -> str:
    if DISTANCE.match(match.string[match.end() :]):
        raise UnreadError
    return f"{match[1]} min {match[2] or match[3]} s"


def _ellipsis(match: re.Match[str]) -> str:
    """`10...15`, but not `3...2`, which counts down."""
    if int(match["low"]) >= int(match["high"]):
        raise UnreadError
    return f"{match['low']} to {match['high']}"


def _compared(match: re.Match[str]) -> str:
    """`> 30 s`, but not `20 > 30 s`, which may be a change as well as a comparison."""
    if re.search(rf"[0-9]{UNIT}? ?$", text_before(match), re.IGNORECASE):
        raise UnreadError
    return "more than " if match[0].startswith(">") else "less than "


def _at_least_that(match: re.Match[str]) -> str:
    """`Hold min 30s`, but not `one min 30`."""
    if not (match["dot"] or _BEFORE_LEAST.search(text_before(match))):
        raise UnreadError
    return "at least "


def _time_of_day(match: re.Match[str]) -> str:
    def said(hour: str, minute: str | None, half: str | None) -> str:
        if int(hour) > 12:  # noqa: PLR2004 -- the hours of a clock
            raise UnreadError
        words = cardinal(int(hour))
        if minute and int(minute):
            words += f" {'oh ' if minute.startswith('0') else ''}{cardinal(int(minute))}"
        return words + (f" {half.upper()}.M." if half else "")

    end = said(match["hour"], match["minute"], match["half"])
    if not match["from_hour"]:
        return end
    joiner = match["joiner"].strip()
    start = said(match["from_hour"], match["from_minute"], match["from_half"])
    return f"{start} {joiner if joiner.isalpha() else 'to'} {end}"


def _length(written: str, *, hours: bool) -> str:
    """`1:30` as minutes and seconds, or as hours and minutes; `1:00:00` as hours, minutes and seconds."""
    parts = [int(part) for part in written.split(":")]
    first = 0 if hours or len(parts) > 2 else 1  # noqa: PLR2004 -- three parts begin with hours
    units = ("hour", "minute", "second")[first : first + len(parts)]
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in zip(parts, units, strict=True) if count]
    return " ".join(said) or "0 seconds"


def _clock(match: re.Match[str]) -> str:
    if _OF_A_DAY_BEFORE.search(text_before(match)) and re.fullmatch(_HOUR_OF_DAY, match["to"]):
        raise UnreadError  # a time of day, or a moment in the session
    if _NO_LENGTH_BEHIND.match(match.string[match.end() :]):
        raise UnreadError
    if re.fullmatch(_RATIO_OF_SECONDS, match["to"]) and (
        _WORK_BEHIND.match(match.string[match.end() :]) or _WORK_BEFORE.search(text_before(match))
    ):
        raise UnreadError
    hours = bool(match["hours"])
    end = _length(match["to"], hours=hours) + per_what(match)
    return f"{_length(match['from'], hours=hours)} to {end}" if match["from"] else end


def _ratio(match: re.Match[str]) -> str:
    parts = match["ratio"].split(":")
    if match["label"] or len(parts) == 2:  # noqa: PLR2004
        return match["label"] + " to ".join(map(quantity, parts))
    return " ".join(quantity(part) if "." in part else cardinal(int(part)) for part in parts)


def _pattern(match: re.Match[str]) -> str:
    numbers = [int(number) for number in re.findall("[0-9]+", match["pattern"])]
    if max(numbers) > (MOST_WITH_SLASHES if "/" in match["pattern"] else MOST_WITH_DASHES):
        raise UnreadError  # a date
    return " ".join(map(cardinal, numbers)) + (" seconds" if match["unit"] else "")


def _pair(match: re.Match[str]) -> str:
    return f"{cardinal(int(match['one']))} {cardinal(int(match['other']))}"


def _vertebrae(match: re.Match[str]) -> str:
    def said(written: str) -> str:
        letter = written[:1] if written[:1].isalpha() else ""
        return f"{letter} {cardinal(int(written.removeprefix(letter)))}".strip()

    if not match["other"]:
        return said(match["one"])
    return f"{said(match['one'])}{' ' if '/' in match['joiner'] else ' to '}{said(match['other'])}"


def _ordinals(match: re.Match[str]) -> str:
    def said(number: str, suffix: str) -> str:
        last = int(number) % 10 if int(number) % HUNDRED not in {11, 12, 13} else 0
        if {1: "st", 2: "nd", 3: "rd"}.get(last, "th") != suffix.lower():
            raise UnreadError
        return ordinal(int(number))

    end = said(match["to"], match["to_suffix"])
    return f"{said(match['from'], match['from_suffix'])} to {end}" if match["from"] else end


def _counts(before: str, behind: str) -> bool:
    """Whether the text around two numbers counts something, so that their slash does not make a fraction."""
    return bool(_MANY_BEFORE.search(before) or OFTEN_FOLLOWS.match(behind))


def _of(match: re.Match[str]) -> str:
    if int(match["one"]) > int(match["all"]) or match["label"].rstrip().lower().endswith("s"):
        raise UnreadError
    return f"{match['label']}{match['one']} of {match['all']}"


def _out_of(match: re.Match[str]) -> str:
    if int(match["one"]) > int(match["all"]) or _counts(text_before(match), match.string[match.end() :]):
        raise UnreadError
    return f"{match['label']}{match['one']} out of {match['all']}"


def _decade(match: re.Match[str]) -> str:
    return f"{match['where']}{TENS[int(match['tens'])][:-1]}ies"


def _sets(match: re.Match[str]) -> str:
    """The first factor of `3x30s`, but not of a tempo, `20X1`."""
    if len(match["to"]) > 1 and _ONCE.match(match.string[match.end() :]):
        raise UnreadError
    number = f"{match['from']} to {match['to']}" if match["from"] else match["to"]
    return f"{number} {'time' if number == '1' else 'times'} "


def _often(match: re.Match[str]) -> str:
    """`10x`, `x10`, `2-3x/day`; `5 x breaths` is five breaths."""
    if _of_a_size(match):
        raise UnreadError
    number = f"{quantity(match['from'])} to {quantity(match['to'])}" if match["from"] else quantity(match["to"])
    if re.match(rf" (?:{COUNTED}|sides|legs|arms|hands|feet)\b", match.string[match.end() :], re.IGNORECASE):
        return number
    return ("once" if number == "1" else f"{number} times") + per_what(match)


def _range(match: re.Match[str]) -> str:
    low, high, dash = match["low"], match["high"], match["dash"]
    if dash.strip() != dash and value(low) >= value(high) and not match["low_unit"]:
        raise UnreadError  # `10 - 5` may be two separate numbers
    if re.fullmatch(FRACTION, high) and value(low) > value(high):
        raise UnreadError  # `1-1/2` is one and a half
    if not (match["low_unit"] or match["high_unit"]) and re.search("[0-9]{4}", f"{low} {high}"):
        raise UnreadError  # telephone numbers, years
    start = quantity(low, text_before(match))
    low_unit = match["low_unit"]
    high_unit = match["high_unit"] or low_unit
    if low_unit and unit_words(low_unit)[1] != unit_words(high_unit)[1]:
        start += f" {unit_words(low_unit)[low != '1']}"
    end = quantity(high)
    return f"{start} to {with_unit(match, end, high, high_unit) if high_unit else end}{tail(match)}"


def _at_least(match: re.Match[str]) -> str:
    """`5+ min`."""
    return f"{quantity(match['number'])} or more {unit_words(match['unit'])[1]}"


def _either(match: re.Match[str]) -> bool:
    """Whether a fraction may mean one number or the other: `2/3 times a day`, `reps 5/6`."""
    behind = match.string[match.end("number") :]
    return bool(re.fullmatch(FRACTION, match["number"])) and _counts(text_before(match), behind)


def _is_decade(match: re.Match[str]) -> bool:
    """Whether it may be a decade of years: `in the 80s`, but not `in the 30s hold`."""
    return bool(
        re.fullmatch("[2-9]0s", match[0])
        and re.search(r"\b(?:in|of|from|since) the $", text_before(match), re.IGNORECASE)
        and not NOUN_FOLLOWS.match(match.string[match.end() :])
    )


def _measure(match: re.Match[str]) -> str:
    if _either(match) or _is_decade(match):
        raise UnreadError
    number = quantity(match["number"], text_before(match))
    return with_unit(match, number, match["number"], match["unit"]) + tail(match)


def _bare(match: re.Match[str]) -> str:
    # Once in words, nobody would see that a letter follows the number: `2.5 m`.
    if _either(match) or _of_a_size(match) or LONE_LETTER.match(match.string[match.end() :]):
        raise UnreadError
    return quantity(match["number"], text_before(match)) + tail(match)


def _rule(pattern: str, say: str | Callable[[re.Match[str]], str]) -> _Rule:
    def read(match: re.Match[str]) -> str:
        try:
            return match.expand(say) if isinstance(say, str) else say(match)
        except UnreadError:
            return match[0]

    return re.compile(pattern, re.IGNORECASE), read


_CLOCK: Final = r"[0-9]{1,3}:[0-5][0-9](?::[0-5][0-9])?(?![0-9])"
_HOUR_OF_DAY: Final = r"0?[1-9]:[0-9]{2}|1[0-9]:[0-9]{2}|2[0-3]:[0-9]{2}"
_OF_A_DAY_BEFORE: Final = re.compile(r"\b(?:at|by|before|since|until|till) $", re.IGNORECASE)
_MANY_BEFORE: Final = re.compile(r"\b(?:breaths|cycles|holds|reps|repetitions|rounds|sets):? $", re.IGNORECASE)
_BEFORE_LEAST: Final = re.compile(r"(?:^|\(|[,;:] |\b(?:for|hold|rest|stay) )$", re.IGNORECASE)
_WORK_REST: Final = r"work[ :/-]+(?:(?:to|and)[ -])?rest"
_NO_LENGTH_BEHIND: Final = re.compile(
    rf" (?:o'clock|noon|midnight|tonight|in the (?:morning|afternoon|evening)|tabata|{_WORK_REST})\b", re.IGNORECASE
)
"""Words that make `6:00` a time of day, or `20:10` two lengths."""
_RATIO_OF_SECONDS: Final = r"[1-9][0-9]:(?!00)[0-9]{2}"
_WORK_BEHIND: Final = re.compile(r" \(?(?:work|rest|on|off|intervals?)\b", re.IGNORECASE)
_WORK_BEFORE: Final = re.compile(rf"\b(?:tabata|{_WORK_REST}):? $", re.IGNORECASE)
"""Words that make two lengths of `40:20`, but not of `1:30` or `10:00`."""
_ONCE: Final = re.compile(rf"[01](?![0-9.:])(?!{UNIT})(?! ?[A-Za-z])")
_LONGEST_WAY: Final = 12
"""In inches or feet: up to a foot, or a few long steps."""
_PHASE: Final = r"(?:[1-9]?[0-9]\.[0-9]|[0-9](?![0-9.])|[1-9][0-9](?=:[0-9](?![0-9])))"
"""A phase of a breath, with colons: `4:6`. Two digits after a colon make a length."""
_TIME_UNIT: Final = r"(?: ?(?:(?P<hours>hours?|hrs?|h)|seconds?|secs?|s|minutes?|mins?|m)(?!\w))?"
_BELOW_ZERO: Final = r"(?: ?[°%]|[ -]?(?:degs?|degrees?|percent)(?!\w))"
"""Units that can be below zero, as of a tilt or a change."""
_MANY: Final = (
    r"(?:breaths|reps|repetitions|rounds|sets|cycles|counts|times|circles|rolls|turns|seconds|secs|minutes|mins|hours|"
    r"days|laps|steps|stretches|sessions|hold)"
)
_RULES: Final[tuple[_Rule, ...]] = (
    # Numbers that lack only a space or a word.
    _rule(rf"{BEGIN}(?P<low>{SMALL})\.{{2,}}(?P<high>{SMALL})(?!\.){END}", _ellipsis),
    _rule(r"(?<=[0-9])\.{2,}(?=[0-9])", ", "),
    _rule(rf"{BEGIN}({SMALL})(?={COUNTED}\b)", r"\1 "),
    _rule(rf"(?<!\w)({LETTER}{{2,}}):(?=[.0-9])", r"\1: "),
    _rule(r"\b(in|out|on|off|work|rest|hold|sets?|reps?|rounds?) ?/ ?(?=[.0-9])", r"\1, "),
    _rule(rf"(?<=[0-9])({UNIT})? ?(?:[~→]|[-–]+>) ?(?=[0-9])", r"\1–"),  # noqa: RUF001
    _rule(rf"(?<=[\w\"'%°+)]) ?/ ?ea(?:ch)?(?!\w){DOT}", " each"),
    _rule(r"(?:±|\+ ?/ ?-) ?(?=\.?[0-9])", "plus or minus "),
    _rule(
        rf"(?<![^\s(])(?<![0-9%°] )[-–](?={MEASURED}(?:(?:{DASH}| to [-–]?){MEASURED})?{_BELOW_ZERO})",  # noqa: RUF001
        "minus ",
    ),
    _rule(r"(?<![\w<>-])[<>] ?(?=\.?[0-9])", _compared),
    _rule(r"(?<!\w)min(?P<dot>\.?) ?(?=\.?[0-9])", _at_least_that),
    _rule(r"(?<!\w)max\. ?(?=[.0-9])", "at most "),
    _rule(r"(?<=[0-9]) ?& ?(?=[0-9])", " and "),
    _rule(r"(?<=[0-9])-(?= (?:to|or|and) [0-9])", ""),
    _rule(r"(?<=[0-9])-to-(?=[0-9])", " to "),
    _rule(r"(?<=[0-9])([x×]?)\(", r"\1 ("),  # noqa: RUF001
    _rule(r"(?<!\w)(?-i:([CTLS])-)(?=[0-9])", r"\1"),
    _rule(r"(?<!\w)(sets|rounds) ?[x×] ?(?=[0-9])", r"\1 of "),  # noqa: RUF001
    _rule(
        r"(?<!\w)(?-i:(March|May) )([1-9][0-9]{0,2})(?![\w.,:/-])",
        lambda match: f"{match[1]} {cardinal(int(match[2]))}",
    ),
    _rule(r"(?<=[0-9]) ?[-–] ?#(?=[0-9])", " to #"),  # noqa: RUF001
    _rule(r"[~≈] ?(?=[0-9.])", "about "),
    _rule(r"≥ ?(?=[0-9.])", "at least "),
    _rule(r"≤ ?(?=[0-9.])", "at most "),
    _rule(r"(?<![\w#])(?:#|No\.|Nr\.?|N[º°]\.?) ?(?=[0-9])", "number "),
    _rule(rf"(?<!\w)({LABEL})[-.]?(?=[0-9])", r"\1 "),
    _rule(r"(?<!\w)rds?\.? ?(?=[0-9])", "round "),
    _rule(r"\b((?:warrior|virabhadrasana|grade|type|series) [1-9])/(?=[1-9](?![0-9/]))", r"\1 or "),
    _rule(rf"^([1-9][0-9]?)([.)])(?={LETTER})", r"\1\2 "),
    _rule(r"^([1-9][0-9]?)([a-h])(?=[.)](?: |$))", lambda match: f"{cardinal(int(match[1]))} {match[2].upper()}"),
    _rule(rf"(?<![0-9] )(?<!\w)({LETTER}{{2,}})([–—])(?=[0-9])", r"\1 \2 "),  # noqa: RUF001
    _rule(
        rf"(?<!\w)({_MANY}|once|twice|one {LETTER}+){PER}",
        lambda match: match[1] + per_what(match),
    ),
    _rule(
        rf"(?<!\w)((?:warrior|virabhadrasana|phase|grade) |{LABEL} (?!(?-i:I\b)))((?-i:I{{1,3}}|IV|VI{{0,3}}))\b(?!')",
        lambda match: f"{match[1]}{cardinal(ROMAN.index(match[2]) + 1)}",
    ),
    # Lengths as people write them by hand: 2'30", 90", 1h30, 2m30s.
    _rule(r"(?<=[0-9]) ?''", '"'),
    _rule(r"(?<=[0-9]) (?=[\"'](?!\w))", _before_a_mark),
    _rule(rf"(?<=[0-9][\"'])(?={X})", " "),
    _rule(rf"{BEGIN}([0-9]{{1,3}})'(?: ?([0-5]?[0-9])\"|([0-5][0-9]))(?!\w)", _two_primes),
    _rule(r"(?<=[0-9])[\"'](?!\w)", _prime),
    _rule(r"(?<=[0-9])(hrs?|h)([0-9]{1,2})(?!\w)", r"\1 \2 min"),
    _rule(r"(?<=[0-9])(mins?|m)([0-9]{1,2})(?!\w)", r"\1 \2 s"),
    _rule(r"(?<=[0-9])(hrs?|h|mins?|m)(?=[0-9]{1,2} ?(?:mins?|m|secs?|s)(?!\w))", r"\1 "),
    # Times of day, lengths and ratios with a colon.
    _rule(
        rf"{BEGIN}(?:(?P<from_hour>[1-9][0-9]?)(?:[:.](?P<from_minute>[0-5][0-9]))?"
        rf"(?: ?(?P<from_half>[ap])\.? ?m\.?)?(?P<joiner>{DASH}| (?:to|until|till|and|or) ))?"
        r"(?P<hour>[1-9][0-9]?)(?:[:.](?P<minute>[0-5][0-9]))? ?(?P<half>[ap])\.? ?m(?!\w)\.?",
        _time_of_day,
    ),
    _rule(rf"(?P<label>\bratio (?:of )?)(?P<ratio>{SMALL}(?::{SMALL}){{1,3}}){END}", _ratio),
    _rule(rf"{BEGIN}(?:(?P<from>{_CLOCK}){DASH})?(?P<to>{_CLOCK}){_TIME_UNIT}{PER}{END}", _clock),
    _rule(rf"(?P<label>){BEGIN}(?P<ratio>{_PHASE}(?::{_PHASE}){{1,3}}){END}", _ratio),
    # Several numbers that form one expression.
    _rule(
        r"(?<![\w.,:/-])(?:(?<=\btempo )[0-9x]{4}|[0-9x]{4}(?= tempo\b))(?!\w)",
        lambda match: " ".join(cardinal(int(digit)) if digit.isdecimal() else "X" for digit in match[0]),
    ),
    _rule(
        rf"{BEGIN}(?P<pattern>{SMALL}(?:(?:{DASH}{SMALL}){{2,9}}|(?:/{SMALL}){{2,3}}))"
        rf"(?P<unit>[ -]?(?:seconds?|secs?|s)(?!\w))?{END}",
        _pattern,
    ),
    _rule(rf"{BEGIN}(?!10/)(?P<one>[1-9][0-9])(?P<degree>°?)(?:/|{DASH})(?P<other>(?P=one))(?P=degree){END}", _pair),
    _rule(rf"{BEGIN}(?P<one>90) (?P<other>90){END}", _pair),
    _rule(
        rf"{BEGIN}(?P<one>[1-9][0-9]?)[-–/](?P<other>[1-9][0-9]?)"  # noqa: RUF001
        r"(?= (?:breathing|breathwork|pattern|rhythm)\b)",
        _pair,
    ),
    _rule(rf"{BEGIN}[1-9]?[0-9](?:,[1-9]?[0-9]){{2,}}{END}", lambda match: match[0].replace(",", ", ")),
    _rule(
        rf"{BEGIN}(?P<one>{VERTEBRA})"
        rf"(?:(?P<joiner> ?/ ?|{DASH})(?P<other>{VERTEBRA}|(?:1[0-2]|[1-9])(?![0-9])))?{END}",
        _vertebrae,
    ),
    _rule(
        rf"{BEGIN}(?:(?P<from>[1-9][0-9]{{0,2}})(?P<from_suffix>st|nd|rd|th){DASH})?"
        rf"(?P<to>[1-9][0-9]{{0,2}})(?P<to_suffix>st|nd|rd|th){END}",
        _ordinals,
    ),
    _rule(
        rf"(?P<label>\b{LABEL} )(?P<one>[1-9][0-9]?)/(?P<all>[1-9][0-9]?){END}"
        r"(?! (?:an?|of|the|way|turns?|foot|steps?|min\w*|s|sec\w*|hours?|inch\w*|met\w+)\b)",
        _of,
    ),
    _rule(r"(?P<label>\()(?P<one>[1-9][0-9]?)/(?P<all>[1-9][0-9]?)(?=\))", _of),
    _rule(rf"(?P<label>\b{GRADED}(?: [a-z]+){{0,3}} )(?P<one>10|[0-9])/(?P<all>10|5){END}", _out_of),
    _rule(rf"(?P<label>){BEGIN}(?P<one>10|[0-9])/(?P<all>10){END}", _out_of),
    _rule(
        r"(?P<where>\b(?:in|into|over|past|from|through|of) (?:your|their|his|her|our|my) |\b(?:early|mid|late)[ -]|"
        rf"\bthe (?='))'?(?P<tens>[2-9])0s(?!\w)(?!{NOUN_FOLLOWS.pattern})",
        _decade,
    ),
    # Sets, ranges, measures, and numbers alone.
    _rule(rf"{BEGIN}(?:(?P<from>{SMALL}){DASH})?(?P<to>{SMALL}) ?{X} ?(?=\.?[0-9])", _sets),
    _rule(rf"(?<!\w){X} ?(?=(?:{MEASURED}{DASH})?{MEASURED}{UNIT})", ""),
    _rule(rf"(?<!\w){X} ?(?:(?P<from>{SMALL}){DASH})?(?P<to>{SMALL}){PER}{END}", _often),
    _rule(rf"{BEGIN}(?:(?P<from>{QUANTITY}){DASH})?(?P<to>{QUANTITY}) ?{X}(?!\w){PER}{END}", _often),
    _rule(
        rf"{BEGIN}(?P<low>{MEASURED})(?P<low_unit>{UNIT})?(?P<dash>{DASH})(?P<high>{MEASURED})"
        rf"(?P<high_unit>{UNIT}){DOT}{PER}{MORE}{CLOSE}",
        _range,
    ),
    _rule(
        rf"{BEGIN}(?P<low>{QUANTITY})(?P<low_unit>{UNIT})?(?P<dash>{DASH})(?P<high>{QUANTITY})"
        rf"(?P<high_unit>){PER}{MORE}{CLOSE}",
        _range,
    ),
    _rule(rf"{BEGIN}(?P<number>{QUANTITY})\+(?P<unit>{UNIT}){END}", _at_least),
    _rule(rf"{BEGIN}(?P<number>{MEASURED})(?P<unit>{UNIT}){DOT}{PER}{MORE}{CLOSE}", _measure),
    _rule(rf"{BEGIN}1/2[ -](?={HALVED}\b)", "half "),
    _rule(rf"{BEGIN}(?P<number>{QUANTITY}){PER}{MORE}{CLOSE}", _bare),
    _rule(
        rf"{BEGIN}{COMMA}(?= {LETTER})(?!{LONE_LETTER.pattern})(?! (?:and|or|to|then|plus|each|a|x)\b)",
        lambda match: decimal(match[0]),
    ),
    _rule(r"(?<=[0-9]) ?\+ ?(?=[0-9])", " plus "),
    _rule(r"(?<![\w)])\+ ?(?=[0-9])", "plus "),
    _rule(r" & ", " and "),
    _rule(r"(?<![0-9]) / | / (?![0-9])", ", "),
)


def read(text: str) -> str:
    """Apply every rule once. A rule may produce what an earlier rule looks for, so this may need repeating."""
    for pattern, spoken in _RULES:
        text = pattern.sub(spoken, text)
    return text
