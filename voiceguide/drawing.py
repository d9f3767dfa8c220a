"""The console for what is drawn in place: progress bars and the live display. Texts are shown literally."""

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
    """A rich console on standard error that interprets no markup and passes on no control character of a text."""

    def __init__(self) -> None:
        super().__init__(file=unguarded(sys.stderr), markup=False, emoji=False, highlight=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Make everything harmless that is printed or drawn, except the control sequences of the console itself."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)
