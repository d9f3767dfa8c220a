"""A session for remotes, which records what it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from voiceguide.player.status import State, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiceguide.player.commands import Command

STATUS = Status(
    state=State.PLAYING,
    routine="upper-back",
    title="Upper back",
    chapter="Upper trapezius",
    chapter_number=4,
    chapters=6,
    stretch="upper-trapezius",
    side="right",
    doing="Hold.",
    coming="Thread the needle",
    position_s=60.0,
    length_s=600.0,
    volume=0.5,
    pace="steady",
    words="full",
)


PNG = b"\x89PNG not looked into"


class FakeControls:
    """Stands in for a LiveSession."""

    def __init__(self, draw_cover: Callable[[], bytes] = lambda: PNG) -> None:
        self.sent: list[Command] = []
        self.shown: list[str] = []
        self.now = STATUS
        self._draw_cover = draw_cover

    def send(self, command: Command) -> None:
        self.sent.append(command)

    def status(self) -> Status:
        return self.now

    def show(self, text: str) -> None:
        self.shown.append(text)

    def draw_cover(self) -> bytes:
        return self._draw_cover()

    def change(self, **values: object) -> None:
        self.now = replace(self.now, **values)
