"""The playhead: which frame of the session sounds now. Pure bookkeeping, without a device or a clock."""

from __future__ import annotations

from collections import deque


class Playhead:
    """Counts what is written to a device, and finds in it what is heard."""

    def __init__(self, frame: int = 0) -> None:
        self.next_frame = frame
        """The session's frame that is written next."""
        self._written: deque[tuple[int, int | None]] = deque()
        """The last blocks that were written: their frames, and the session's frame they begin with, if any."""
        self._remembered = 0
        """Frames in these blocks."""

    def move_to(self, frame: int) -> None:
        """Go on from `frame` of the session, with nothing written."""
        self.next_frame = frame
        self.forget()

    def forget(self) -> None:
        """Forget what was written, because the device has dropped it."""
        self._written.clear()
        self._remembered = 0

    def session_written(self, frames: int) -> None:
        """Record that the next `frames` of the session were written."""
        self._record(frames, self.next_frame)
        self.next_frame += frames

    def silence_written(self, frames: int) -> None:
        """Record that `frames` were written that are not part of the session."""
        self._record(frames, None)

    def remember(self, most_frames: int) -> None:
        """Forget the oldest blocks beyond `most_frames`."""
        while self._written and self._remembered - self._written[0][0] > most_frames:
            self._remembered -= self._written.popleft()[0]

    def heard_frame(self, pending_frames: int) -> int:
        """The session's frame that sounds while `pending_frames` of what was written have not sounded yet."""
        heard = self.next_frame
        for frames, start in reversed(self._written):
            if start is not None:
                heard = start + max(0, frames - pending_frames)
            if pending_frames <= frames:
                break
            pending_frames -= frames
        return heard

    def shift(self, frames: int) -> None:
        """Move every frame of the session by `frames`: what lies before them has changed its length."""
        self.next_frame += frames
        self._written = deque((count, None if start is None else start + frames) for count, start in self._written)

    def _record(self, frames: int, start: int | None) -> None:
        self._written.append((frames, start))
        self._remembered += frames
