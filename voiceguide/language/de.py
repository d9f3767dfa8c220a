"""German: the words for units and times, and numbers as they are said."""

from __future__ import annotations

from typing import Final

from voiceguide.language.measures import Measures, MeasuringRules

_UNITS: Final = {
    **dict.fromkeys(("s", "sek", "sekunde", "sekunden"), ("Sekunde", "Sekunden")),
    **dict.fromkeys(("min", "minute", "minuten"), ("Minute", "Minuten")),
    **dict.fromkeys(("h", "std", "stunde", "stunden"), ("Stunde", "Stunden")),
    "cm": ("Zentimeter", "Zentimeter"),
    "kg": ("Kilo", "Kilo"),
    "°": ("Grad", "Grad"),
    "%": ("Prozent", "Prozent"),
    "mal": ("Mal", "Mal"),
    "atemzüge": ("Atemzug", "Atemzüge"),
    "runden": ("Runde", "Runden"),
}


class GermanRules(MeasuringRules):
    """The rules of German."""

    carrier = "Die nächsten Worte sind: "
    measures = Measures(
        units=_UNITS,
        times="mal",
        times_alone="mal",
        to="bis",
        one={
            **dict.fromkeys(("Sekunde", "Minute", "Stunde", "Runde"), "eine"),
            **dict.fromkeys(("Zentimeter", "Kilo", "Grad", "Prozent", "Mal", "Atemzug"), "ein"),
        },
        joiner="und",
    )

    def spoken(self, words: str) -> str:
        """Drop the `ein` before a hundred and a thousand: nobody says it."""
        for large in ("hundert", "tausend"):
            if words.startswith(f"ein{large}"):
                return words.removeprefix("ein")
        return words


RULES: Final = GermanRules("de")
