"""Numbers that the grammar leaves and a voice may say wrong, and how to write them instead."""

from __future__ import annotations

import re
from typing import Final

from voiceguide.language.en.grammar import closes_quotation
from voiceguide.language.en.pieces import BEGIN, DISTANCE_WORDS, END

_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Apr(?:il)?|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|"
    r"Dec(?:ember)?)\b"
)
"""Without March and May, which are verbs too."""
_PLAIN: Final = re.compile(rf"{BEGIN}(?:0|[1-9][0-9]{{0,2}}){END}")
"""Numbers that every engine reads alike."""
# Each begins where a number begins: tried at every digit, it would take the square of the length of a long number.
_DOUBTFUL: Final = (
    (re.compile(rf"(?<![0-9])[0-9]+ (?:of )?{_MONTH}|{_MONTH}\.?,? [0-9]+"), "leave a date out, or write it in words"),
    (re.compile(r"(?<![0-9])[0-9]+ ?[ap]\.?m\b", re.IGNORECASE), "write an hour from 1 to 12 before am and pm"),
    (
        re.compile(r"(?<![0-9])(?:[0-9]+ )?[0-9]+/[0-9]+[\"'](?!\w)"),
        "write it with its unit, as in '5 and a half inches'",
    ),
    (re.compile(r"(?<![0-9])[0-9]+ [0-9]+"), "write a comma or a word between two numbers"),
    (re.compile(r"(?<![0-9])[0-9]+ [-–—] ?[0-9]+"), "write '5 to 10' for a range, or a comma between two things"),  # noqa: RUF001
    (
        re.compile(r"(?<![0-9.,/])[0-9]+(?:[.,/][0-9]+)* (?![aAI]\b)[A-Za-z]\b(?!')"),
        "write the unit out, as in '30 minutes' or '2 metres'",
    ),
    (re.compile(rf"(?<![0-9])[0-9]+ in(?:\.(?= ?[a-z,])| (?={DISTANCE_WORDS}))"), "write 'inches'"),
    (
        re.compile(r"(?<![0-9])[0-9]+ [bcdfghj-np-tvwxz]{2,4}(?![\w'])"),
        "write the word behind the number out, as in '5 breaths'",
    ),
)
_SHAPES: Final = (
    (r"[0-9]+[-/.][0-9]+[-/.][0-9]+.*", "leave a date out, and write a list as '12, 10, 8'"),
    (r"[0-9]+/[0-9]+", "write 'or', 'of', 'to' or 'out of' between the numbers"),
    (r"[0-9]{1,2}:[0-9]{2}", "write '7:30 am' for a time of day, '7 min 30 s' for a length, '7 s, 30 s' for two"),
    (r"[0-9]+,[0-9]+", "write '{0}.{1}' for a decimal, '{0}, {1}' for two numbers"),
    (r"0[0-9]+", "write it without the zero in front, or in words"),
    (r"[2-9]0s", "write '{0} seconds' for a length, and a decade in words, as in 'the nineties'"),
    (r"(?:19|20)[0-9]{2}s?", "leave a year out, and write a count with a comma, as in '2,000'"),
    (r"[0-9]{4,}", "write so large a number in words"),
    (r"[0-9.,]+m", "write '30 minutes' or '30 metres'"),
    (r"[0-9.,]+[\"']", "write it with its unit, as in '6 inches', '6 feet' or '6 seconds'"),
    (r"[-–][0-9].*", "write 'minus', or put a space behind the dash"),  # noqa: RUF001
    (r"[0-9.,]+[^\W\d_]+", "write it with a space and a unit or a word that is known, as in '30 s', '3 rounds'"),
)
_HOW: Final = "write it in words, as in 'three sets of ten', or how it sounds under [pronounce]"


def found(text: str) -> tuple[str, str] | None:
    """The first number that the grammar has left in `text` and a voice may say wrong, and how to write it, or None."""
    for pattern, how in _DOUBTFUL:
        if match := pattern.search(text):
            return match[0], how
    plain = {at for match in _PLAIN.finditer(text) for at in range(*match.span())}
    for match in re.finditer(r"\S+", text):
        for at in range(*match.span()):
            if text[at].isdecimal() and (at not in plain or _is_prime(text, at + 1)):
                return _shaped(match[0])
    return None


def _is_prime(text: str, at: int) -> bool:
    return text[at : at + 1] in {'"', "'"} and not closes_quotation(text, at)


def _shaped(word: str) -> tuple[str, str]:
    bare = word.strip("()!?;").rstrip(".,:")
    for shape, how in _SHAPES:
        if re.fullmatch(shape, bare):
            return bare, how.format(*re.findall("[0-9]+", bare))
    return bare, _HOW
