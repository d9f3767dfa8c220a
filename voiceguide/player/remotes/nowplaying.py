"""Media keys, headset buttons and the control centre on macOS: MPRemoteCommandCenter and MPNowPlayingInfoCenter.

Written from Apple's documentation of the MediaPlayer framework. **Not tested: no such machine has run it.** The
framework delivers commands on the main run loop, which a command-line program must run itself. `start` runs one in a
thread of its own; whether macOS accepts that has not been verified.

Needs the extra `voiceguide[macos]` (pyobjc-framework-MediaPlayer, MIT).
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
    from voiceguide.player.status import Status

POLL_S: Final = 0.5
COMMANDS: Final[Mapping[str, Command]] = {
    "playCommand": Command(Action.RESUME),
    "pauseCommand": Command(Action.PAUSE),
    "togglePlayPauseCommand": Command(Action.TOGGLE),
    "stopCommand": Command(Action.STOP),
    "nextTrackCommand": Command(Action.NEXT),
    "previousTrackCommand": Command(Action.PREVIOUS),
}
_SUCCESS: Final = 0
"""MPRemoteCommandHandlerStatusSuccess."""
_PLAYBACK: Final = {State.PLAYING: 1, State.WAITING: 1, State.PAUSED: 2, State.ENDED: 3}
"""MPNowPlayingPlaybackState."""


def now_playing(status: Status) -> dict[str, object]:
    """What the control centre shows, under the values of the MPMediaItemProperty and MPNowPlayingInfo constants."""
    return {
        "title": status.heading,
        "artist": status.title,
        "albumTitle": status.title,
        "playbackDuration": status.length_s,
        "MPNowPlayingInfoPropertyElapsedPlaybackTime": status.position_s,
        "MPNowPlayingInfoPropertyPlaybackRate": 1.0 if status.state is State.PLAYING else 0.0,
    }


class NowPlayingRemote(Remote):
    """Registers with the system's command centre."""

    def __init__(self) -> None:
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @classmethod
    def suits_here(cls) -> bool:
        """Whether this is macOS."""
        return sys.platform == "darwin"

    def start(self, session: LiveSession) -> None:
        """Register; RemoteUnavailableError if the extra is not installed."""
        try:
            import Foundation
            import MediaPlayer
        except ImportError as error:
            message = "media keys do not work: pip install 'voiceguide[macos]'"
            raise RemoteUnavailableError(message) from error
        self._thread = started("nowplaying", lambda: self._serve(Foundation, MediaPlayer, session))

    def close(self) -> None:
        """Unregister."""
        self._closing.set()
        if self._thread:
            self._thread.join(2 * POLL_S)

    def _serve(self, foundation: Any, media: Any, controls: Controls) -> None:  # noqa: ANN401 -- bridged modules
        centre = media.MPRemoteCommandCenter.sharedCommandCenter()
        info = media.MPNowPlayingInfoCenter.defaultCenter()

        def handler(command: Command) -> Any:  # noqa: ANN401 -- a block
            def handle(_event: object) -> int:
                controls.send(command)
                return _SUCCESS

            return handle

        registered = [
            (getattr(centre, name)(), getattr(centre, name)().addTargetWithHandler_(handler(command)))
            for name, command in COMMANDS.items()
        ]
        loop = foundation.NSRunLoop.currentRunLoop()
        while not self._closing.is_set():
            status = controls.status()
            info.setNowPlayingInfo_(now_playing(status))
            info.setPlaybackState_(_PLAYBACK[status.state])
            loop.runUntilDate_(foundation.NSDate.dateWithTimeIntervalSinceNow_(POLL_S))
        for command, target in registered:
            command.removeTarget_(target)
        info.setNowPlayingInfo_(None)
