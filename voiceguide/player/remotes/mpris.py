"""Media keys, headset buttons, desktop applets and `playerctl` on Linux: MPRIS 2.2 on the session bus.

https://specifications.freedesktop.org/mpris-spec/2.2/. Spoken with jeepney, which is pure Python. One thread
owns the connection: it answers, and between answers looks for what has changed.
"""

from __future__ import annotations

import math
import os
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voiceguide.errors import RemoteUnavailableError
from voiceguide.player.commands import Action, Command
from voiceguide.player.remotes.artwork import Artwork
from voiceguide.player.remotes.remote import Remote, started
from voiceguide.player.status import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

    from voiceguide.player.commands import Controls
    from voiceguide.player.remotes.remote import LiveSession
    from voiceguide.player.status import Status

NAME: Final = "org.mpris.MediaPlayer2.voiceguide"
PATH: Final = "/org/mpris/MediaPlayer2"
ROOT: Final = "org.mpris.MediaPlayer2"
PLAYER: Final = "org.mpris.MediaPlayer2.Player"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
TRACK: Final = "/org/voiceguide/session/"
"""The beginning of every track's path."""
POLL_S: Final = 0.25
JUMP_S: Final = 0.5
"""A position this far from what the clock says was jumped to."""
_CONNECT_S: Final = 1.0
_US: Final = 1_000_000

Value = tuple[str, Any]
"""A variant: its signature and its value."""

_METHODS: Final[Mapping[tuple[str, str], Command | None]] = {
    (ROOT, "Raise"): None,
    (ROOT, "Quit"): Command(Action.STOP),
    (PLAYER, "Play"): Command(Action.RESUME),
    (PLAYER, "Pause"): Command(Action.PAUSE),
    (PLAYER, "PlayPause"): Command(Action.TOGGLE),
    (PLAYER, "Stop"): Command(Action.STOP),
    (PLAYER, "Next"): Command(Action.NEXT),
    (PLAYER, "Previous"): Command(Action.PREVIOUS),
    ("org.freedesktop.DBus.Peer", "Ping"): None,
}
_PLAYBACK: Final = {
    State.PLAYING: "Playing",
    # A session that waits goes on by itself, so applets should offer to pause it.
    State.WAITING: "Playing",
    State.PAUSED: "Paused",
    State.ENDED: "Stopped",
}


class _Refusal(Exception):  # noqa: N818 -- an answer on the bus, no error of ours
    """An answer that is an error: its name and a sentence."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        super().__init__(text)


class _Track:
    """The objects published on the bus: the session, as one track, and its cover.

    Length and position are those of the whole session, so the session stays one track from chapter to chapter. Each
    session has a path of its own, because another one may have had the same name on the bus before.
    """

    def __init__(self, controls: Controls, artwork: Artwork) -> None:
        self.controls = controls
        self.path = f"{TRACK}{uuid.uuid4().hex}"
        self._artwork = artwork

    def properties(self, status: Status) -> dict[str, dict[str, Value]]:
        """Every property of both interfaces, for that status."""
        return properties_of(status, self.path, self._artwork.url)


def properties_of(status: Status, track_path: str, art_url: str) -> dict[str, dict[str, Value]]:
    """Every property of both interfaces, as variants. An empty `art_url` is left out."""
    metadata: dict[str, Value] = {
        "mpris:trackid": ("o", track_path),
        "mpris:length": ("x", round(status.length_s * _US)),
        "xesam:title": ("s", status.heading),
        "xesam:artist": ("as", [status.title]),
        "xesam:album": ("s", status.title),
    }
    if art_url:
        metadata["mpris:artUrl"] = ("s", art_url)
    return {
        ROOT: {
            "CanQuit": ("b", True),
            "CanRaise": ("b", False),
            "HasTrackList": ("b", False),
            "Identity": ("s", "voiceguide"),
            "SupportedUriSchemes": ("as", []),
            "SupportedMimeTypes": ("as", []),
        },
        PLAYER: {
            "PlaybackStatus": ("s", _PLAYBACK[status.state]),
            "LoopStatus": ("s", "None"),
            "Rate": ("d", 1.0),
            "Shuffle": ("b", False),
            "Metadata": ("a{sv}", metadata),
            "Volume": ("d", status.volume),
            "Position": ("x", round(status.position_s * _US)),
            "MinimumRate": ("d", 1.0),
            "MaximumRate": ("d", 1.0),
            "CanGoNext": ("b", True),
            "CanGoPrevious": ("b", True),
            "CanPlay": ("b", True),
            "CanPause": ("b", True),
            "CanSeek": ("b", True),
            "CanControl": ("b", True),
        },
    }


class MprisRemote(Remote):
    """Owns org.mpris.MediaPlayer2.voiceguide or, if another session has it, that name with the process's number."""

    def __init__(self) -> None:
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._artwork: Artwork | None = None

    @classmethod
    def suits_here(cls) -> bool:
        """Whether this is a system whose desktops have a session bus."""
        return sys.platform not in {"darwin", "win32"}

    def start(self, session: LiveSession) -> None:
        """Begin to listen; RemoteUnavailableError if there is no session bus. May take up to a second."""
        from jeepney import message_bus
        from jeepney.io import blocking

        try:
            bus = blocking.open_dbus_connection("SESSION")
            answer = bus.send_and_get_reply(message_bus.RequestName(NAME, flags=4), timeout=_CONNECT_S)
            if answer.body and answer.body[0] not in {1, 4}:
                other = f"{NAME}.instance{os.getpid()}"
                bus.send_and_get_reply(message_bus.RequestName(other), timeout=_CONNECT_S)
        except Exception as error:
            # jeepney raises KeyError, OSError and errors of its own; here they all mean the same.
            text = "media keys do not work here: there is no session bus"
            raise RemoteUnavailableError(text) from error
        self._artwork = Artwork(session.draw_cover)
        track = _Track(session, self._artwork)
        try:
            self._thread = started("mpris", lambda: _serve(bus, track, self._closing))
        except RemoteUnavailableError:
            bus.close()
            raise

    def close(self) -> None:
        """Leave the bus."""
        self._closing.set()
        if self._thread:
            self._thread.join(2 * POLL_S)
        if self._artwork:
            self._artwork.close()


def _serve(bus: DBusConnection, track: _Track, closing: threading.Event) -> None:
    """Answer until closed, or until the bus has gone."""
    watch = _Watch(bus, track)
    due = 0.0
    try:
        while not closing.is_set():
            try:
                message = bus.receive(timeout=max(0.0, due - time.monotonic()))
            except TimeoutError:
                due = time.monotonic() + POLL_S
                watch.look()
                continue
            _answer(bus, message, track)
    except (OSError, EOFError):
        return
    finally:
        bus.close()


class _Watch:
    """Tells the bus what has changed since the last look."""

    def __init__(self, bus: DBusConnection, track: _Track) -> None:
        self._bus = bus
        self._track = track
        self._sent: dict[str, Value] | None = None
        self._position_s = 0.0
        self._looked = time.monotonic()
        self._moving = False

    def look(self) -> None:
        """Look now."""
        status = self._track.controls.status()
        now = time.monotonic()
        properties = {
            name: value for name, value in self._track.properties(status)[PLAYER].items() if name != "Position"
        }
        sent = self._sent
        if sent is not None:
            changed = {name: value for name, value in properties.items() if sent[name] != value}
            if changed:
                self._signal(PROPERTIES, "PropertiesChanged", "sa{sv}as", (PLAYER, changed, []))
            expected_s = self._position_s + (now - self._looked if self._moving else 0.0)
            if abs(status.position_s - expected_s) > JUMP_S:
                self._signal(PLAYER, "Seeked", "x", (round(status.position_s * _US),))
        self._sent, self._position_s, self._looked = properties, status.position_s, now
        self._moving = status.state is State.PLAYING

    def _signal(self, interface: str, name: str, signature: str, body: tuple[Any, ...]) -> None:
        from jeepney import DBusAddress, new_signal

        self._bus.send(new_signal(DBusAddress(PATH, interface=interface), name, signature, body))


def _answer(bus: DBusConnection, message: Message, track: _Track) -> None:
    """Answer a call; ignore everything else on the bus."""
    from jeepney import HeaderFields, MessageFlag, MessageType, new_error, new_method_return

    if message.header.message_type is not MessageType.method_call:
        return
    fields = message.header.fields
    interface, member = fields.get(HeaderFields.interface, ""), fields.get(HeaderFields.member, "")
    try:
        signature, body = _called(interface, member, message.body, track)
    except _Refusal as refusal:
        reply = new_error(message, refusal.name, "s", (str(refusal),))
    else:
        reply = new_method_return(message, signature, body)
    if not message.header.flags & MessageFlag.no_reply_expected:
        bus.send(reply)


def _called(interface: str, member: str, body: tuple[Any, ...], track: _Track) -> tuple[str | None, tuple[Any, ...]]:
    """The answer to a call: a signature and a body."""
    if interface == PROPERTIES:
        return _properties_called(member, body, track)
    controls = track.controls
    if (interface, member) in _METHODS:
        if command := _METHODS[interface, member]:
            controls.send(command)
        return None, ()
    match interface, member, body:
        case "org.freedesktop.DBus.Introspectable", "Introspect", _:
            return "s", (Path(__file__).with_suffix(".xml").read_text("utf-8"),)
        case _, "Seek", (int(offset),) if interface == PLAYER:
            controls.send(Command(Action.SEEK_BY, offset / _US))
            return None, ()
        case _, "SetPosition", (str(path), int(position)) if interface == PLAYER:
            # By the specification, a position outside of the track or for another track is ignored.
            if path == track.path and 0 <= position <= round(controls.status().length_s * _US):
                controls.send(Command(Action.SEEK_TO, position / _US))
            return None, ()
        case _, "OpenUri", _ if interface == PLAYER:
            raise _Refusal("org.freedesktop.DBus.Error.NotSupported", "voiceguide opens no addresses")
    raise _unknown(interface, member)


def _properties_called(member: str, body: tuple[Any, ...], track: _Track) -> tuple[str | None, tuple[Any, ...]]:
    match member, body:
        case "Get", (str(of), str(name)):
            return "v", (_property(track, of, name),)
        case "GetAll", (str(of),):
            return "a{sv}", (track.properties(track.controls.status()).get(of, {}),)
        case "Set", (str(of), str(name), (_, value)):
            _property(track, of, name)
            if (of, name) != (PLAYER, "Volume") or not isinstance(value, float) or not math.isfinite(value):
                raise _Refusal("org.freedesktop.DBus.Error.PropertyReadOnly", f"{name} cannot be set to that")
            track.controls.send(Command(Action.VOLUME_TO, value))
            return None, ()
    raise _unknown(PROPERTIES, member)


def _unknown(interface: str, member: str) -> _Refusal:
    return _Refusal(
        "org.freedesktop.DBus.Error.UnknownMethod", f"there is no {interface}.{member} with these arguments"
    )


def _property(track: _Track, interface: str, name: str) -> Value:
    known = track.properties(track.controls.status())
    if interface not in known:
        raise _Refusal("org.freedesktop.DBus.Error.UnknownInterface", f"there is no interface {interface}")
    if name not in known[interface]:
        raise _Refusal("org.freedesktop.DBus.Error.UnknownProperty", f"there is no property {name}")
    return known[interface][name]
