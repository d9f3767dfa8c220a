"""Known vulnerabilities of the installed packages, from pip-audit; a machine that cannot ask says so and goes on.

`scripts/audit` ends with 1 if a package is vulnerable. If no vulnerability service answers, pip-audit either fails or
calls every package unknown and reports no vulnerability: neither is a finding.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from typing import Any, Final

_MOST_S: Final = 60
_SOCKET_S: Final = 5
_SKIPPED: Final = "pip-audit: skipped, "


def ask() -> tuple[str, str]:
    """Return pip-audit's stdout, which is JSON, and its stderr. Its stdout is empty if it could not ask."""
    command = [sys.executable, "-m", "pip_audit", "--path", sysconfig.get_path("purelib"), "--skip-editable"]
    command += ["--format", "json", "--desc", "off", "--progress-spinner", "off", "--timeout", str(_SOCKET_S)]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=_MOST_S, check=False)
    except subprocess.TimeoutExpired:
        return "", f"no answer in {_MOST_S} s"
    return result.stdout, result.stderr


def verdict(answer: str, complaint: str) -> tuple[str, int]:
    """Return a report on pip-audit's answer, and the exit code."""
    if not answer.strip():
        _, _, last = complaint.strip().rpartition("\n")
        return f"{_SKIPPED}it could not ask: {last}", 0
    packages: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    known = [one for one in packages if "vulns" in one]
    if not known:
        return f"{_SKIPPED}the service that answers knows none of the {len(packages)} packages", 0
    lines = [
        f"{one['name']} {one['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'no version'}"
        for one in known
        for found in one["vulns"]
    ]
    counted = f"pip-audit: {len(known)} of {len(packages)} packages examined, {len(lines)} vulnerabilities"
    return "\n".join([counted, *lines]), int(bool(lines))


def main() -> int:
    """Ask pip-audit, print the report, and return the exit code."""
    said, code = verdict(*ask())
    sys.stdout.write(f"{said}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
