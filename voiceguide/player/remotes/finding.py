"""Finds the remotes that are registered, built in or by other packages, in the entry points `voiceguide.remotes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from voiceguide.errors import RegistrationError
from voiceguide.player.remotes.remote import Remote
from voiceguide.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

_REMOTES: Final = Registry("voiceguide.remotes", "remote control", Remote)  # type: ignore[type-abstract]


def find_remotes(complain: Callable[[RegistrationError], None]) -> list[Remote]:
    """One of each registered remote that suits this machine and terminal.

    A remote that cannot be loaded goes to `complain`, and does not keep the session from playing.
    """
    remotes = []
    for name in _REMOTES.names():
        try:
            remote = _REMOTES.load(name)
        except RegistrationError as error:
            complain(error)
            continue
        if remote.suits_here():
            remotes.append(remote())
    return remotes
