"""The control protocol, without a socket."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.player.remotes.fakes import STATUS
from voiceguide.player.commands import Action, Command
from voiceguide.player.protocol import (
    ANSWER_LIMIT,
    REQUEST_LIMIT,
    format_refusal,
    format_request,
    format_status,
    parse_answer,
    parse_request,
    status_document,
)

AMOUNTS = {
    Action.SEEK_BY: -10.0,
    Action.SEEK_TO: 90.0,
    Action.VOLUME_TO: 0.5,
    Action.VOLUME_BY: 0.1,
    Action.QUIETER: 0.1,
}


@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from([*Action]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["action", "amount", "x"]), inner),
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_request_is_a_command_or_refused_in_words(data: bytes) -> None:
    refused = ""
    command = None
    try:
        command = parse_request(data)
    except ValueError as error:
        refused = str(error)
        assert refused
    assert command is None or (not refused and abs(command.amount) <= 1e6)


@pytest.mark.parametrize("action", Action)
def test_a_request_is_read_as_it_was_written(action: Action) -> None:
    line = format_request(action, AMOUNTS.get(action))
    assert line.endswith(b"}\n")
    assert len(line) <= REQUEST_LIMIT
    assert parse_request(line) == Command(action, AMOUNTS.get(action, 0.0))


def test_louder_and_quieter_have_an_amount_of_their_own_and_the_status_is_no_command() -> None:
    assert parse_request(format_request("louder")) == Command(Action.VOLUME_BY, 0.1)
    assert parse_request(format_request("quieter")) == Command(Action.QUIETER, 0.1)
    assert parse_request(format_request("status")) is None
    with pytest.raises(ValueError, match="by how many seconds"):
        parse_request(format_request("seek"))


def test_an_answer_is_read_as_it_was_written() -> None:
    line = format_status(STATUS)
    assert line.count(b"\n") == 1
    assert len(line) <= ANSWER_LIMIT
    assert parse_answer(line) == {"ok": True, "status": status_document(STATUS)}
    assert status_document(STATUS)["chapter"] == "Upper trapezius"
    assert parse_answer(format_refusal("no\nway \udcff")) == {"ok": False, "error": "no\nway ?"}
