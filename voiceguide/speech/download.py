"""The one place where voiceguide opens the internet: for a voice that the user has asked for by name.

A download is bounded, checked against a digest, and over https alone. Plain http is for servers on this machine, which
the tests use.
"""

from __future__ import annotations

import hashlib
import ipaddress
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import urlsplit

from msgspec import Struct

from voiceguide.errors import DownloadError, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.client import HTTPResponse

    Progress = Callable[[int, int], None]
    """Called with the bytes received so far, and the bytes in all."""

_TIMEOUT_S: Final = 30.0
"""How long to wait for the next byte."""
_CHUNK_BYTES: Final = 1 << 16
_MOST_REDIRECTS: Final = 5
_NOT_FOUND: Final = 404


class Digest(Struct, frozen=True):
    """The checksum that the bytes of a file must have."""

    algorithm: str
    """Its name in `hashlib`: sha256 or md5."""
    hexadecimal: str


def check_address(address: str) -> None:
    """Raise RequestError unless `address` is https, or http to this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and _is_this_machine(parts.hostname or ""):
        return
    message = f"{address} is not an https address: voices are fetched over https alone"
    raise RequestError(message)


def download_small(address: str, most_bytes: int) -> bytes:
    """The bytes at `address`, at most `most_bytes`. DownloadError if they cannot be had."""
    with _opened(address) as response:
        data = b"".join(_chunks(response, address, most_bytes))
    if len(data) > most_bytes:
        message = f"{address} is larger than {most_bytes:,} bytes, and was not fetched"
        raise DownloadError(message)
    return data


def download(address: str, file: IO[bytes], size_bytes: int, digest: Digest, progress: Progress | None = None) -> None:
    """Write the bytes at `address` to `file`.

    Raises DownloadError if they cannot be had or are not those that were expected, OSError if they cannot be written.
    """
    hashed = hashlib.new(digest.algorithm, usedforsecurity=False)
    received = 0
    with _opened(address) as response:
        for chunk in _chunks(response, address, size_bytes):
            file.write(chunk)
            hashed.update(chunk)
            received += len(chunk)
            if progress:
                progress(min(received, size_bytes), size_bytes)
    if received != size_bytes:
        came = f"more than {size_bytes:,}" if received > size_bytes else f"{received:,} of {size_bytes:,}"
        message = f"{address} gave {came} bytes: try again later"
        raise DownloadError(message)
    if hashed.hexdigest() != digest.hexadecimal:
        message = f"{address} is not the file that was expected: its {digest.algorithm} checksum is another"
        raise DownloadError(message)


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _opened(address: str) -> HTTPResponse:
    """The response to a request for `address`, whose body has not been read yet."""
    # Imported here: they take 30 ms, and no other command needs them.
    import http.client
    import urllib.error
    import urllib.request

    class SameScheme(urllib.request.HTTPRedirectHandler):
        max_redirections = _MOST_REDIRECTS

        def redirect_request(
            self,
            req: urllib.request.Request,
            fp: IO[bytes],
            code: int,
            msg: str,
            headers: http.client.HTTPMessage,
            newurl: str,
        ) -> urllib.request.Request | None:
            if urlsplit(newurl).scheme != urlsplit(req.full_url).scheme:
                message = f"{req.full_url} leads to {newurl}, which is another kind of address"
                raise DownloadError(message)
            try:
                check_address(newurl)
            except RequestError as error:
                message = f"{req.full_url} leads elsewhere: {error}"
                raise DownloadError(message) from error
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    check_address(address)
    opener = urllib.request.OpenerDirector()
    # Not `build_opener`: it would read files and FTP servers as well.
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        SameScheme(),
    ):
        opener.add_handler(handler)
    request = urllib.request.Request(address, headers={"User-Agent": "voiceguide"})  # noqa: S310 -- checked above
    try:
        response: HTTPResponse = opener.open(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        what = "is not there" if error.code == _NOT_FOUND else "cannot be had now"
        message = f"{address} {what} (HTTP {error.code})"
        raise DownloadError(message) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _no_connection(address, error) from error
    return response


def _chunks(response: HTTPResponse, address: str, most_bytes: int) -> Iterator[bytes]:
    """The body of a response, as far as one byte behind `most_bytes`."""
    import http.client

    left = most_bytes + 1
    while left > 0:
        try:
            chunk = response.read(min(_CHUNK_BYTES, left))
        except (OSError, http.client.HTTPException) as error:
            raise _no_connection(address, error) from error
        if not chunk:
            return
        left -= len(chunk)
        yield chunk


def _no_connection(address: str, error: Exception) -> DownloadError:
    reason = getattr(error, "reason", None) or error
    host = urlsplit(address).hostname
    return DownloadError(f"{address} cannot be fetched ({reason}): is there a way to {host}?")
