"""The computer stays awake while a session plays, and only then: a power manager on a real bus sees the requests."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import pytest
from jeepney import HeaderFields, MessageType, message_bus, new_method_return
from jeepney.io.blocking import open_dbus_connection
from wakepy import keep

from voiceguide.player.awake import kept_awake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.player.conftest import Program

POWER_MANAGER: Final = "org.freedesktop.PowerManagement"
COOKIE: Final = 4711
_PATIENCE_S: Final = 20.0


class Desktop:
    """A power manager like that of a desktop: it records requests, and answers them."""

    def __init__(self, address: str) -> None:
        self.asked: queue.Queue[tuple[str, tuple[Any, ...]]] = queue.Queue()
        self._over = threading.Event()
        self._connection = open_dbus_connection(address)
        self._connection.send_and_get_reply(message_bus.RequestName(POWER_MANAGER))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                message = self._connection.receive(timeout=0.1)
                if message.header.message_type is not MessageType.method_call:
                    continue
                name = message.header.fields[HeaderFields.member]
                self.asked.put((name, message.body))
                body = ("u", (COOKIE,)) if name == "Inhibit" else ("", ())
                self._connection.send(new_method_return(message, *body))

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._connection.close()


@pytest.fixture
def desktop(bus: str) -> Iterator[Desktop]:
    with contextlib.closing(Desktop(bus)) as made:
        yield made


def test_sleep_is_held_off_for_as_long_as_it_lasts(desktop: Desktop) -> None:
    with kept_awake():
        name, _ = desktop.asked.get(timeout=_PATIENCE_S)
        assert name == "Inhibit"
        time.sleep(0.3)
        assert desktop.asked.empty()
    assert desktop.asked.get(timeout=_PATIENCE_S) == ("UnInhibit", (COOKIE,))


def test_playing_asks_for_it_and_gives_it_back(desktop: Desktop, program: Program) -> None:
    process = program.play("upper-back", "--only", "cat-cow", "--output", "null")
    assert desktop.asked.get(timeout=_PATIENCE_S)[0] == "Inhibit"
    process.terminate()
    assert desktop.asked.get(timeout=_PATIENCE_S) == ("UnInhibit", (COOKIE,))
    process.wait(_PATIENCE_S)


def test_a_desktop_that_takes_its_time_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    over, answered = threading.Event(), threading.Event()

    @contextlib.contextmanager
    def asked(*, on_fail: str) -> Iterator[None]:
        assert on_fail == "pass"
        over.wait(_PATIENCE_S)
        answered.set()
        yield

    monkeypatch.setattr(keep, "running", asked)
    with kept_awake():
        assert not answered.is_set()
        over.set()
        assert answered.wait(_PATIENCE_S)
