"""Media keys and headset buttons on Windows: the system media transport controls.

Written from Microsoft's documentation of Windows.Media. **Not tested: no such machine has run it.** The controls
belong to a window. A program without one borrows those of a MediaPlayer that plays nothing, as the documentation
recommends for desktop programs.

Needs the extra `voiceguide[windows]` (winrt-Windows.Media.Playback and winrt-Windows.Media, MIT).
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.commands import Action, Command
from voiceguide.player.remotes.remote import Remote, started
from voiceguide.player.status import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiceguide.player.commands import Controls
    from voiceguide.player.remotes.remote import LiveSession

POLL_S: Final = 0.5
BUTTONS: Final[Mapping[str, Command]] = {
    "PLAY": Command(Action.RESUME),
    "PAUSE": Command(Action.PAUSE),
    "STOP": Command(Action.STOP),
    "NEXT": Command(Action.NEXT),
    "PREVIOUS": Command(Action.PREVIOUS),
}
"""The commands by the names of SystemMediaTransportControlsButton."""
_PLAYBACK: Final = {State.PLAYING: "PLAYING", State.WAITING: "PLAYING", State.PAUSED: "PAUSED", State.ENDED: "STOPPED"}


class SmtcRemote(Remote):
    """Registers with the system's transport controls."""

    def __init__(self) -> None:
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @classmethod
    def suits_here(cls) -> bool:
        """Whether this is Windows."""
        return sys.platform == "win32"

    def start(self, session: LiveSession) -> None:
        """Register; RemoteUnavailableError if the extra is not installed."""
        try:
            from winrt.windows import media
            from winrt.windows.media import playback
        except ImportError as error:
            message = "media keys do not work: pip install 'voiceguide[windows]'"
            raise RemoteUnavailableError(message) from error
        self._thread = started("smtc", lambda: self._serve(media, playback, session))

    def close(self) -> None:
        """Unregister."""
        self._closing.set()
        if self._thread:
            self._thread.join(2 * POLL_S)

    def _serve(self, media: Any, playback: Any, controls: Controls) -> None:  # noqa: ANN401 -- projected modules
        player = playback.MediaPlayer()
        player.command_manager.is_enabled = False
        system = player.system_media_transport_controls
        system.is_enabled = system.is_play_enabled = system.is_pause_enabled = True
        system.is_stop_enabled = system.is_next_enabled = system.is_previous_enabled = True
        by_button = {getattr(media.SystemMediaTransportControlsButton, name): BUTTONS[name] for name in BUTTONS}

        def pressed(_sender: object, event: Any) -> None:  # noqa: ANN401 -- a projected type
            if command := by_button.get(event.button):
                controls.send(command)

        token = system.add_button_pressed(pressed)
        updater = system.display_updater
        updater.type = media.MediaPlaybackType.MUSIC
        shown = ("", "")
        while not self._closing.wait(POLL_S):
            status = controls.status()
            system.playback_status = getattr(media.MediaPlaybackStatus, _PLAYBACK[status.state])
            if shown != (now := (status.heading, status.title)):
                updater.music_properties.title, updater.music_properties.artist = shown = now
                updater.update()
        system.remove_button_pressed(token)
        system.is_enabled = False
