"""A player with everything around it: its thread, its remotes, its display, and a computer that stays awake."""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
from typing import TYPE_CHECKING, Final

from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.awake import kept_awake
from voiceguide.player.commands import Action, Command
from voiceguide.player.display import display_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiceguide.player.display import Display
    from voiceguide.player.player import Player
    from voiceguide.player.remotes.remote import Remote

REFRESH_S: Final = 0.2
_GIVE_UP_S: Final = 5.0


def run_live(player: Player, remotes: Iterable[Remote], display: Display) -> None:
    """Play to the end, from the main thread, so that it is the one that Ctrl-C and SIGTERM reach.

    Sound comes first: remotes start when the player is at it, and one that cannot work here is left out,
    in a line. Whatever ends the session, remotes and display leave the terminal as they found it. Raises
    what the player raises.
    """
    raised: list[BaseException] = []

    def play() -> None:
        try:
            player.run()
        except BaseException as error:  # noqa: BLE001 -- raised again below, in the main thread
            raised.append(error)

    thread = threading.Thread(target=play, name="player", daemon=True)
    with contextlib.ExitStack() as around:
        thread.start()
        try:
            player.sounding.wait(_GIVE_UP_S)
            around.enter_context(kept_awake())
            if not player.ended.is_set():
                display.note(f"playing on {player.device}") if player.device else None
            for remote in remotes:
                around.enter_context(remote)
                try:
                    remote.start(player)
                except RemoteUnavailableError as error:
                    display.note(f"note: {error}")
            while not player.ended.wait(REFRESH_S):
                display.show(player.status())
        finally:
            player.send(Command(Action.STOP))
            thread.join(_GIVE_UP_S)
    if raised:
        raise raised[0]


def play_here(player: Player) -> None:
    """Play with every remote that works here, and a display on the terminal if there is one."""
    from voiceguide.player.remotes.control import ControlRemote
    from voiceguide.player.remotes.keys import HELP, KEYS, KeysRemote
    from voiceguide.player.remotes.system import system_remotes

    def draw_cover() -> bytes:
        from voiceguide.picture.cover import cover

        return cover(player.score.timeline)

    at_keys = sys.stdin.isatty() and sys.stderr.isatty()
    with display_for(sys.stderr, sys.stdout, KEYS if at_keys else "") as display:
        keys: list[Remote] = [KeysRemote(on_help=functools.partial(display.note, HELP))] if at_keys else []
        run_live(player, [*keys, ControlRemote(), *system_remotes(draw_cover)], display)
