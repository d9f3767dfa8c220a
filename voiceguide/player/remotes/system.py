"""The remotes that this system has for whoever plays sound: its media keys, its desktop, a headset's buttons."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from voiceguide.player.remotes.remote import Remote


def system_remotes(draw_cover: Callable[[], bytes]) -> list[Remote]:
    """MPRIS on Linux, Now Playing on macOS, the media transport controls on Windows.

    `draw_cover` gives a PNG to whoever shows one.
    """
    if sys.platform == "darwin":
        from voiceguide.player.remotes.nowplaying import NowPlayingRemote

        return [NowPlayingRemote()]
    if sys.platform == "win32":
        from voiceguide.player.remotes.smtc import SmtcRemote

        return [SmtcRemote()]
    from voiceguide.player.remotes.mpris import MprisRemote

    return [MprisRemote(draw_cover)]
