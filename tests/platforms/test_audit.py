"""The verdicts on pip-audit's answers; the last test asks the real one."""

from __future__ import annotations

import json

import pytest

from tests.platforms.audit import ask, verdict

SOUND = {"name": "numpy", "version": "2.1.0", "vulns": []}
UNKNOWN = {"name": "av", "skip_reason": "Dependency not found on PyPI and could not be audited: av (18.1.0)"}
FOUND = {"id": "PYSEC-1", "fix_versions": ["10.2"], "aliases": []}
VULNERABLE = {"name": "pillow", "version": "10.1", "vulns": [FOUND, {**FOUND, "id": "PYSEC-2", "fix_versions": []}]}


def answer(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize("silence", ["", "\n", answer(UNKNOWN, UNKNOWN), answer()])
def test_an_answer_that_knows_nothing_is_no_clean_bill(silence: str) -> None:
    said, code = verdict(silence, "")
    assert said.startswith("pip-audit: skipped, ")
    assert code == 0


def test_why_it_could_not_ask_is_said() -> None:
    said, code = verdict("", "Traceback (most recent call last):\n  ...\nConnectionError: no route to host\n")
    assert said == "pip-audit: skipped, it could not ask: ConnectionError: no route to host"
    assert code == 0


def test_sound_packages() -> None:
    assert verdict(answer(SOUND, UNKNOWN), "") == ("pip-audit: 1 of 2 packages examined, 0 vulnerabilities", 0)


def test_every_vulnerability_is_told_and_fails() -> None:
    said, code = verdict(answer(SOUND, VULNERABLE, UNKNOWN), "Found 2")
    assert said.splitlines() == [
        "pip-audit: 2 of 3 packages examined, 2 vulnerabilities",
        "pillow 10.1: PYSEC-1, mended in 10.2",
        "pillow 10.1: PYSEC-2, mended in no version",
    ]
    assert code == 1


def test_what_pip_audit_writes_is_understood() -> None:
    said, _ = verdict(*ask())
    assert said.startswith("pip-audit: ")
