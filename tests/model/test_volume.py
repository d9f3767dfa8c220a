"""Volumes as numbers in files."""

from __future__ import annotations

import pytest

from voiceguide.errors import RequestError
from voiceguide.model.volume import share_of


def test_a_number_of_a_file_is_refused_as_it_was_written() -> None:
    for number, said in ((5.0, "^5 could mean two things: write 5%"), (150, "^150 is more than there is")):
        with pytest.raises(RequestError, match=said):
            share_of(number)
    assert (share_of(0.0), share_of(0.125), share_of(10), share_of(100)) == (0.0, 0.125, 0.1, 1.0)
