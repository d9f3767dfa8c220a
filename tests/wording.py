"""Patterns that no sentence may contain: promises, and figures of speech that a listener has to decode."""

from __future__ import annotations

import re
from typing import Final

PROMISES: Final = re.compile(
    r"\b(cures?|heals?|fix(es)?|prevents?|relie[fv]\w*|pain.free|guarantee\w*|posture|detox\w*|toxins?|realign\w*|"
    r"burns? (fat|calories)|boosts?|immune|younger)\b",
    re.IGNORECASE,
)

_IDIOMS: Final = (
    # idioms of yoga classes
    r"let (it|everything|that|all of that) go",
    r"let go of (your|the|all|any|everything|what)\b(?! (leg|knee|foot|shin|ankle|strap|towel|chair|wall)s?\b)",
    r"melt",
    r"sink (in|deep)",
    r"surrender",
    r"listen to your body",
    r"honou?r your",
    r"find your (edge|flow|centre|center|zen|balance|breath)",
    r"(to|find|at) your edge",
    r"open your heart",
    r"heart space",
    r"go with the flow",
    r"drop in\b",
    r"ground yourself",
    r"be present",
    r"in the moment",
    r"send (the |your )?breath",
    r"breathe away",
    r"rag ?doll",
    r"happy (baby|place)",
    r"like a (tree|cat|wave|rock|cloud|string)",
    r"string (pulls|pulling|lifts)",
    r"crown of (the|your) head",
    r"sit ?bones?",
    r"(zip|wrap|knit|plug) (up|in|your|the)",
    r"butterflies",
    # idioms of the gym
    r"no pain",
    r"feel the burn",
    r"push through",
    r"bring it home",
    r"home stretch",
    r"give it (your|a)\b",
    r"hang in there",
    r"almost there",
    r"you('ve| have) got this",
    r"good (job|work|girl|boy)",
    r"nailed",
    r"kill(er|s|ing)?\b",
    r"core of steel",
    r"power (house|through)",
    # idioms of everyday speech
    r"piece of cake",
    r"easy does it",
    r"take it easy",
    r"at your fingertips",
    r"baby steps?",
    r"in a nutshell",
    r"from scratch",
    r"on the dot",
    r"once in a while",
    r"as fit as",
    r"under the weather",
    r"call it a day",
    r"back to square",
    r"the works\b",
    # "left" and "right" in another sense than a side
    r"all right",
    r"alright",
    r"right (now|away|here|there|on|amount|angle|place|way|position)",
    r"just right",
    r"righty",
    r"left ?over",
    r"(is|are|what's|time) left\b",
)
IDIOMS: Final = re.compile("|".join(rf"\b{idiom}" for idiom in _IDIOMS), re.IGNORECASE)
