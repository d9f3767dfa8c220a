"""Spanish: numbers agree with their noun, and the last word of a list changes the word before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from voiceguide.language.measures import Measures, MeasuringRules

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNITS: Final = {
    **dict.fromkeys(("s", "seg", "segundo", "segundos"), ("segundo", "segundos")),
    **dict.fromkeys(("min", "minuto", "minutos"), ("minuto", "minutos")),
    **dict.fromkeys(("h", "hora", "horas"), ("hora", "horas")),
    "cm": ("centímetro", "centímetros"),
    "kg": ("kilo", "kilos"),
    "°": ("grado", "grados"),
    "%": ("por ciento", "por ciento"),
    "veces": ("vez", "veces"),
}
_FEMININE: Final = re.compile(r"(?:a|as|ción|ciones|dad|dades|vez|veces)$", re.IGNORECASE)
_MASCULINE: Final = frozenset({"día", "días"})
_BEFORE_I: Final = re.compile(r"h?i(?!e)", re.IGNORECASE)
"""Turns `y` into `e`: `aguja e hilo`. The glide of `hielo` does not."""
_BEFORE_O: Final = re.compile(r"h?o", re.IGNORECASE)


class SpanishRules(MeasuringRules):
    """The rules of Spanish."""

    number_forms = frozenset({"f", "m"})
    carrier = "Las siguientes palabras son: "
    measures = Measures(
        units=_UNITS,
        times="por",
        times_alone="veces",
        to="a",
        one={
            **dict.fromkeys(("hora", "vez"), "una"),
            **dict.fromkeys(("segundo", "minuto", "centímetro", "kilo", "grado"), "un"),
        },
        joiner="y",
    )

    def inflected(self, number: str, form: str) -> str:
        """`veintiuna` before a feminine noun (f), `veintiún` before a masculine one (m)."""
        if form == "f" and number.endswith("uno"):
            return f"{number.removesuffix('uno')}una"
        if form == "m" and number.endswith("uno"):
            return "veintiún" if number == "veintiuno" else f"{number.removesuffix('uno')}un"
        return number

    def joined(self, things: Sequence[str], joiner: str) -> str:
        """Join a list as it is spoken: `y` becomes `e` before an `i`, and `o` becomes `u` before an `o`."""
        last = things[-1] if things else ""
        if joiner == "y" and _BEFORE_I.match(last):
            joiner = "e"
        if joiner == "o" and _BEFORE_O.match(last):
            joiner = "u"
        return super().joined(things, joiner)

    def spoken(self, words: str) -> str:
        """Say a decimal comma where num2words says a point."""
        return words.replace(" punto ", " coma ")

    def counted(self, number: str, noun: str) -> str:
        """Make the number agree with the noun."""
        feminine = _FEMININE.search(noun) and noun.lower() not in _MASCULINE
        return f"{self.inflected(number, 'f' if feminine else 'm')} {noun}"


RULES: Final = SpanishRules("es")
