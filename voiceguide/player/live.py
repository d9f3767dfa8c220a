"""Plays live: a player with its thread, its remotes, its display, and a computer that stays awake."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from voiceguide.errors import PlaybackError, RemoteUnavailableError
from voiceguide.log import logger, without_words
from voiceguide.player.awake import kept_awake
from voiceguide.player.commands import Action, Command
from voiceguide.player.display import PlainDisplay, SilentDisplay, display_for
from voiceguide.player.remotes.remote import LiveSession
from voiceguide.units import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from voiceguide.errors import RegistrationError
    from voiceguide.model.choices import Look
    from voiceguide.player.display import Display
    from voiceguide.player.player import Player
    from voiceguide.player.remotes.remote import Remote
    from voiceguide.player.status import Status

REFRESH_S: Final = 0.2
_GIVE_UP_S: Final = 5.0
_IN_VAIN_S: Final = 8.0
"""How long a player may take to stop: it releases its device, and writes its last note to a slow disk."""
_NO_ANSWER: Final = "the sound device does not answer, and was left as it is; voiceguide play --resume goes on"
_BEGUN_S: Final = 1.0
"""A session that is stopped earlier has nothing to resume."""
_log: Final = logger(__name__)


def run_live(player: Player, remotes: Iterable[Remote], display: Display) -> None:
    """Play to the end. The main thread calls this, because Ctrl-C and SIGTERM reach that one.

    Sound comes first: remotes start once the player sounds, and one that cannot work here is left out, with a line.
    However the session ends, remotes and display leave the terminal as they found it, and the display says how far the
    session came. Raises what the player raises.
    """
    raised: list[BaseException] = []

    def play() -> None:
        try:
            player.run()
        except BaseException as error:  # noqa: BLE001 -- raised again below, in the main thread
            raised.append(error)

    thread = threading.Thread(target=play, name="player", daemon=True)
    session = _Live(player, display)
    with contextlib.ExitStack() as around:
        try:
            thread.start()
        except RuntimeError as error:
            raise PlaybackError("nothing can be played: the system starts no more threads") from error
        try:
            player.sounding.wait(_GIVE_UP_S)
            around.enter_context(kept_awake())
            if player.device and not player.ended.is_set():
                display.note(_beginning(player))
            for remote in remotes:
                around.enter_context(remote)
                _start(remote, session, display)
            _show(player, session, display)
        finally:
            player.send(Command(Action.STOP))
            thread.join(0.0 if session.is_stopped_in_vain else _GIVE_UP_S)
            if player.ended.is_set() and player.device and not raised:
                # A terminal that is gone must not change how the session ends.
                with contextlib.suppress(OSError, ValueError):
                    display.note(ending(player.status(), can_be_resumed=player.can_be_resumed))
    if raised:
        raise raised[0]


def _start(remote: Remote, session: LiveSession, display: Display) -> None:
    try:
        remote.start(session)
    except RemoteUnavailableError as error:
        _log.info("%s does not work here: %s", type(remote).__name__, without_words(error))
        display.note(f"note: {error}")
    else:
        _log.debug("%s listens", type(remote).__name__)


def _show(player: Player, session: _Live, display: Display) -> None:
    """Show the status until the session ends; PlaybackError if it was told to stop and does not."""
    while not player.ended.wait(REFRESH_S):
        if session.is_stopped_in_vain:
            raise PlaybackError(_NO_ANSWER)
        display.show(player.status())


class _Live(LiveSession):
    """The session as remotes see it. It also notices whether the player obeys a STOP."""

    def __init__(self, player: Player, display: Display) -> None:
        self._player = player
        self._display = display
        self._stop_sent_s: float | None = None
        self._printed_at: dict[str, int] = {}
        """For each text that was shown, the lines that had been printed by then."""

    def send(self, command: Command) -> None:
        """Pass the command on."""
        if command.action is Action.STOP and self._stop_sent_s is None:
            self._stop_sent_s = time.monotonic()
        self._player.send(command)

    def status(self) -> Status:
        """Where the session stands now."""
        return self._player.status()

    def show(self, text: str) -> None:
        """Print `text`, unless no more than a screen of lines has been printed since."""
        printed_at = self._printed_at.get(text)
        if printed_at is not None and self._display.printed - printed_at < shutil.get_terminal_size().lines:
            return
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone
            self._display.note(text)
        self._printed_at[text] = self._display.printed

    def draw_cover(self) -> bytes:
        """Draw the cover of what is being played."""
        from voiceguide.picture.cover import cover

        return cover(self._player.score.timeline)

    @property
    def is_stopped_in_vain(self) -> bool:
        """Whether the player was told to stop long ago and still plays: a sound server that hangs holds it."""
        return self._stop_sent_s is not None and time.monotonic() - self._stop_sent_s > _IN_VAIN_S


def _beginning(player: Player) -> str:
    playing = f"playing on {player.device}"
    return f"{playing}, spoken by {player.voice_name}" if player.voice_name else playing


def ending(status: Status, *, can_be_resumed: bool) -> str:
    """The last line of a session: how far it came, and how to go on."""
    if status.is_finished:
        return f"{status.routine} done, {clock(status.length_s)}"
    stopped = f"stopped at {clock(status.position_s)} of {clock(status.length_s)}"
    if can_be_resumed and status.position_s >= _BEGUN_S:
        return f"{stopped}; voiceguide play --resume goes on there"
    return stopped


def play_here(player: Player, look: Look = "auto") -> None:
    """Play with every remote that works here, and with a display if there is a terminal."""
    from voiceguide.player.remotes.finding import find_remotes

    faults: list[RegistrationError] = []
    remotes = find_remotes(faults.append)
    with _display(look, " · ".join(remote.hint for remote in remotes if remote.hint)) as display:
        for fault in faults:
            display.note(f"note: {fault}")
        run_live(player, remotes, display)


def _display(look: Look, keys: str) -> Display:
    match look:
        case "none":
            return SilentDisplay()
        case "plain":
            return PlainDisplay(sys.stdout)
        case "auto":
            return display_for(sys.stderr, sys.stdout, keys)
