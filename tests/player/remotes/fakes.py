"""Controls that note what they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from voiceguide.player.status import State, Status

if TYPE_CHECKING:
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


class FakeControls:
    def __init__(self) -> None:
        self.sent: list[Command] = []
        self.now = STATUS

    def send(self, command: Command) -> None:
        self.sent.append(command)

    def status(self) -> Status:
        return self.now

    def change(self, **values: object) -> None:
        self.now = replace(self.now, **values)
