"""A player with everything around it: its thread, its remotes, its display, and a computer that stays awake."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from voiceguide.errors import PlaybackError, RemoteUnavailableError
from voiceguide.player.awake import kept_awake
from voiceguide.player.commands import Action, Command, Controls
from voiceguide.player.display import PlainDisplay, SilentDisplay, display_for
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiceguide.model.choices import Look
    from voiceguide.player.display import Display
    from voiceguide.player.player import Player
    from voiceguide.player.remotes.remote import Remote
    from voiceguide.player.status import Status

"""A live display where the terminal can draw one, plain lines everywhere, or nothing."""
REFRESH_S: Final = 0.2
_GIVE_UP_S: Final = 5.0
_IN_VAIN_S: Final = 8.0
"""A player that is told to stop lets go of its device, and notes where it stood on a slow disk."""
_NO_ANSWER: Final = "the sound device does not answer, and was left as it is; voiceguide play --resume goes on"
_BEGUN_S: Final = 1.0
"""Who stops earlier has nothing to go on with."""


def run_live(player: Player, remotes: Iterable[Remote], display: Display) -> None:
    """Play to the end, from the main thread, so that it is the one that Ctrl-C and SIGTERM reach.

    Sound comes first: remotes start when the player is at it, and one that cannot work here is left out,
    in a line. Whatever ends the session, remotes and display leave the terminal as they found it, and the display says
    how far it came. Raises what the player raises.
    """
    raised: list[BaseException] = []

    def play() -> None:
        try:
            player.run()
        except BaseException as error:  # noqa: BLE001 -- raised again below, in the main thread
            raised.append(error)

    thread = threading.Thread(target=play, name="player", daemon=True)
    controls = _Watched(player)
    with contextlib.ExitStack() as around:
        try:
            thread.start()
        except RuntimeError as error:
            raise PlaybackError("nothing can be played: the system starts no more threads") from error
        try:
            player.sounding.wait(_GIVE_UP_S)
            around.enter_context(kept_awake())
            if not player.ended.is_set():
                display.note(f"playing on {player.device}") if player.device else None
            for remote in remotes:
                around.enter_context(remote)
                _start(remote, controls, display)
            _show(player, controls, display)
        finally:
            player.send(Command(Action.STOP))
            thread.join(0.0 if controls.is_stopped_in_vain else _GIVE_UP_S)
            if player.ended.is_set() and player.device and not raised:
                # A terminal that is gone is no reason to end otherwise than was asked for.
                with contextlib.suppress(OSError, ValueError):
                    display.note(ending(player.status(), can_be_resumed=player.can_be_resumed))
    if raised:
        raise raised[0]


def _start(remote: Remote, controls: Controls, display: Display) -> None:
    try:
        remote.start(controls)
    except RemoteUnavailableError as error:
        display.note(f"note: {error}")


def _show(player: Player, controls: _Watched, display: Display) -> None:
    """Show how things stand until it is over; PlaybackError where it should be, and is not."""
    while not player.ended.wait(REFRESH_S):
        if controls.is_stopped_in_vain:
            raise PlaybackError(_NO_ANSWER)
        display.show(player.status())


class _Watched(Controls):
    """The player, as remotes see it, and whether it heeds them."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._stop_sent_s: float | None = None

    def send(self, command: Command) -> None:
        """Hand it on."""
        if command.action is Action.STOP and self._stop_sent_s is None:
            self._stop_sent_s = time.monotonic()
        self._player.send(command)

    def status(self) -> Status:
        """How things stand now."""
        return self._player.status()

    @property
    def is_stopped_in_vain(self) -> bool:
        """Whether it was told to stop long ago, and plays on: a sound server that hangs holds it."""
        return self._stop_sent_s is not None and time.monotonic() - self._stop_sent_s > _IN_VAIN_S


def ending(status: Status, *, can_be_resumed: bool) -> str:
    """What is said when a session is over: how far it came, and how to go on."""
    if status.is_finished:
        return f"{status.routine} done, {clock(status.length_s)}"
    stopped = f"stopped at {clock(status.position_s)} of {clock(status.length_s)}"
    if can_be_resumed and status.position_s >= _BEGUN_S:
        return f"{stopped}; voiceguide play --resume goes on there"
    return stopped


class Help:
    """Prints what the keys do; again only once it may have left the screen."""

    def __init__(self, display: Display, text: str) -> None:
        self._display = display
        self._text = text
        self._printed_at: int | None = None

    def show(self) -> None:
        """Print it, unless it can still be seen."""
        since = None if self._printed_at is None else self._display.printed - self._printed_at
        if since is not None and since < shutil.get_terminal_size().lines:
            return
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone
            self._display.note(self._text)
        self._printed_at = self._display.printed


def play_here(player: Player, look: Look = "auto") -> None:
    """Play with every remote that works here, and a display on the terminal if there is one."""
    from voiceguide.player.remotes.control.server import ControlRemote
    from voiceguide.player.remotes.keys import HELP, KEYS, KeysRemote
    from voiceguide.player.remotes.system import system_remotes

    def draw_cover() -> bytes:
        from voiceguide.picture.cover import cover

        return cover(player.score.timeline)

    at_keys = sys.stdin.isatty() and sys.stderr.isatty()
    with _display(look, KEYS if at_keys else "") as display:
        keys: list[Remote] = [KeysRemote(on_help=Help(display, HELP).show)] if at_keys else []
        run_live(player, [*keys, ControlRemote(), *system_remotes(draw_cover)], display)


def _display(look: Look, keys: str) -> Display:
    match look:
        case "none":
            return SilentDisplay()
        case "plain":
            return PlainDisplay(sys.stdout)
        case "auto":
            return display_for(sys.stderr, sys.stdout, keys)
