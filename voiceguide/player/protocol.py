"""The control protocol: one line of JSON for a request, one for the answer. It knows no socket.

A request is `{"action": "pause"}`, `{"action": "seek", "amount": 10}` or `{"action": "status"}`. The answer is
`{"ok": true, "status": {...}}` or `{"ok": false, "error": "..."}`. Amounts are numbers: seconds, or shares of the
volume up to 1.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from msgspec import to_builtins

from voiceguide.model.volume import STEP
from voiceguide.player.commands import Action, Command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiceguide.player.status import Status

STATUS: Final = "status"
"""The action that asks for the status and changes nothing."""
REQUEST_LIMIT: Final = 4096
"""Bytes of a request."""
ANSWER_LIMIT: Final = 65_536
"""Bytes of an answer."""
LARGEST_AMOUNT: Final = 1e6
_QUESTIONS: Final[Mapping[str, str]] = {
    Action.SEEK_BY: "by how many seconds? seek 10, or seek -10",
    Action.SEEK_TO: "to how many seconds from the start? position 90",
    Action.VOLUME_TO: "to which share, from 0 to 1? volume 0.5",
    Action.VOLUME_BY: "by which share, up to 1? louder 0.1",
    Action.QUIETER: "by which share, up to 1? quieter 0.1",
}
"""The actions that take an amount, each with the answer to a wrong one."""
_DEFAULT_AMOUNTS: Final[Mapping[str, float]] = {Action.VOLUME_BY: STEP, Action.QUIETER: STEP}
_SHARES: Final = frozenset({Action.VOLUME_TO, Action.VOLUME_BY, Action.QUIETER})


def format_request(action: str, amount: float | None = None) -> bytes:
    """A request as a line."""
    return json.dumps({"action": str(action), **({} if amount is None else {"amount": amount})}).encode() + b"\n"


def parse_request(data: bytes) -> Command | None:
    """The command in a request, or None for a request for the status. ValueError says in words what is wrong."""
    try:
        request = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError("this is not JSON") from error
    if not isinstance(request, dict) or not set(request) <= {"action", "amount"}:
        raise ValueError('a request is {"action": ..., "amount": ...}')
    action = request.get("action")
    if action == STATUS:
        return None
    if not isinstance(action, str) or action not in set(Action):
        names = ", ".join([*Action, STATUS])
        message = f"an action is one of {names}"
        raise ValueError(message)
    if action not in _QUESTIONS and request.get("amount") is None:
        return Command(Action(action))
    amount = request.get("amount", _DEFAULT_AMOUNTS.get(action))
    largest = 1.0 if action in _SHARES else LARGEST_AMOUNT
    least = 0.0 if action == Action.VOLUME_TO else -largest
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not least <= amount <= largest:
        message = _QUESTIONS.get(action, "an amount is a number of seconds, or a share")
        raise ValueError(message)
    return Command(Action(action), float(amount))


def status_document(status: Status) -> dict[str, Any]:
    """A status as plain data, for JSON."""
    document: dict[str, Any] = to_builtins(status)
    return document


def format_status(status: Status) -> bytes:
    """The answer to a request that was carried out, as a line."""
    return _line({"ok": True, "status": status_document(status)})


def format_refusal(reason: str) -> bytes:
    """The answer to a request that was refused, as a line."""
    return _line({"ok": False, "error": reason})


def parse_answer(data: bytes) -> dict[str, Any]:
    """An answer, from whatever listens at the other end. ValueError if no player would answer so."""
    try:
        answer = json.loads(data)
    except RecursionError as error:
        raise ValueError("this is not an answer") from error
    if isinstance(answer, dict) and (isinstance(answer.get("status"), dict) or not answer.get("ok")):
        return answer
    raise ValueError("this is not an answer")


def _line(answer: dict[str, Any]) -> bytes:
    # A message may contain a name that is not UTF-8.
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
