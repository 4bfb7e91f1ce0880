"""Asking and telling over HTTP; the one place that knows httpx."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from adapters.sources.ems import form
from adapters.sources.ems.configuration import EmsHttpConfiguration
from adapters.sources.ems.fetched import Fetched
from rami.core.errors import ConfigurationError, DataError, Problem, UnreachableError
from rami.core.timegrid import iso

if TYPE_CHECKING:
    import httpx

#: an answer beyond this is no answer; neither is one that takes this many times the timeout
_BYTES_MAX, _TIMEOUTS_MAX = 64_000_000, 10
_AGAIN = (408, 425, 429, 500, 502, 503, 504)


class _Passing(UnreachableError):
    """What may be better in a moment."""


class Http:
    """GET for values, POST for balances, each tried `retries` times more."""

    def __init__(self, declared: EmsHttpConfiguration, folder: Path) -> None:
        self._declared, self._folder = declared, folder
        self._token = _secret(declared.token_env)
        self._import()

    @property
    def place(self) -> str:
        """The address without what may be secret."""
        return f"http {_bare(self._declared.url)}"

    def fetch(self, quantities: Mapping[str, str], start_ns: int, end_ns: int) -> Fetched:
        """As in Transport: `GET url?series=...&start=...&end=...`."""
        asked = {"series": ",".join(quantities), "start": iso(start_ns), "end": iso(end_ns)}
        text = self._tried(lambda client: self._get(client, asked))
        try:
            return form.read(text, self.place, quantities)
        except form.Unreadable as error:
            raise UnreachableError(f"{self.place}: the answer {error}") from None

    def send(self, key: str, message: str) -> None:
        """As in Transport: `POST receive_url` with `Idempotency-Key`; 409 is known already."""
        url = self._declared.receive_url
        if url is None:
            raise ConfigurationError(f"{self.place}: no receive_url to send balances to")
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}

        def post(client: httpx.Client) -> str:
            answer = client.post(url, content=message.encode(), headers=headers)
            if answer.status_code != 409:
                _judge(_bare(url), answer.status_code)
            return ""

        self._tried(post)

    def _get(self, client: httpx.Client, asked: Mapping[str, str]) -> str:
        body, until = bytearray(), monotonic() + _TIMEOUTS_MAX * float(self._declared.timeout)
        with client.stream("GET", self._declared.url, params=dict(asked)) as answer:
            _judge(_bare(self._declared.url), answer.status_code)
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > _BYTES_MAX:
                    raise UnreachableError(f"{self.place}: the answer is over {_BYTES_MAX} bytes")
                if monotonic() > until:
                    what = f"the answer takes over {_TIMEOUTS_MAX} x timeout"
                    raise UnreachableError(f"{self.place}: {what}")
        return body.decode("utf-8", errors="replace")

    def _tried(self, work: Callable[[httpx.Client], str]) -> str:
        pause = float(self._declared.pause)
        with self._client() as client:
            for left in range(self._declared.retries, -1, -1):
                try:
                    with _translated(self.place):
                        return work(client)
                except _Passing as error:
                    if not left:
                        raise UnreachableError(str(error)) from error
                sleep(pause)
                pause *= 2
        raise AssertionError("retries are at least 0")

    def _client(self) -> httpx.Client:
        import httpx

        d = self._declared
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return httpx.Client(
            headers=headers,
            timeout=float(d.timeout),
            verify=self._tls() if d.url.startswith("https") else True,
            trust_env=False,
            follow_redirects=False,
        )

    def _tls(self) -> Any:
        import ssl

        d = self._declared
        try:
            context = ssl.create_default_context(cafile=self._file(d.ca))
            if d.certificate is not None:
                context.load_cert_chain(str(self._file(d.certificate)), self._file(d.private_key))
        except (OSError, ssl.SSLError) as error:
            raise DataError([Problem(self.place, f"certificates do not load: {error}")]) from error
        return context

    def _file(self, path: Path | None) -> str | None:
        return None if path is None else str(self._folder / path)

    def _import(self) -> None:
        try:
            import httpx  # noqa: F401
        except ImportError as error:
            raise ConfigurationError(
                f"{self.place}: httpx is missing; pip install 'rami-twins[http]'"
            ) from error


def _secret(variable: str | None) -> str | None:
    """A secret from the environment; ConfigurationError when it is not set."""
    if variable is None:
        return None
    value = os.environ.get(variable)
    if not value:
        raise ConfigurationError(f"token_env: the environment has no {variable}; export it")
    return value


def _bare(url: str) -> str:
    """An address without user, password and query."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"


def _judge(place: str, status: int) -> None:
    if 200 <= status < 300:
        return
    hint = {401: " (token_env?)", 403: " (token_env?)", 404: " (url?)"}.get(status, "")
    if status in _AGAIN:
        raise _Passing(f"{place} answered {status}")
    raise UnreachableError(f"{place} answered {status}{hint}")


@contextmanager
def _translated(place: str) -> Iterator[None]:
    import httpx

    try:
        yield
    except httpx.TimeoutException as error:
        raise _Passing(f"{place} did not answer in time ({type(error).__name__})") from error
    except httpx.InvalidURL as error:
        raise UnreachableError(f"{place} is no address: {error}") from error
    except httpx.HTTPError as error:
        raise _Passing(f"{place} does not answer: {error or type(error).__name__}") from error
