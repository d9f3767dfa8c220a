"""The console of what is drawn in place: bars and the live display. Texts are shown as they are, and are harmless."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment

from voiceguide.showing import harmless
from voiceguide.streams import unguarded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType


class DrawingConsole(Console):
    """A rich console on standard error. It reads no markup, and lets no control character of a text through."""

    def __init__(self) -> None:
        super().__init__(file=unguarded(sys.stderr), markup=False, emoji=False, highlight=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Everything that is printed or drawn comes through here: the console's own control sequences pass."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)
