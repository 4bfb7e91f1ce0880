"""A small stand-in of the transparency platform on this machine; answers in our own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlparse

_SPACE = "urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3"

#: query parameters -> status and text of the answer
Answer = Callable[[Mapping[str, str]], tuple[int, str]]


def period(start: str, end: str, minutes: int, prices: Mapping[int, float]) -> str:
    """A Period; `prices` by position, which counts from 1."""
    points = "".join(
        f"<Point><position>{n}</position><price.amount>{p}</price.amount></Point>"
        for n, p in prices.items()
    )
    return (
        f"<Period><timeInterval><start>{start}</start><end>{end}</end></timeInterval>"
        f"<resolution>PT{minutes}M</resolution>{points}</Period>"
    )


def document(
    periods: Sequence[str], currency: str = "EUR", curve: str = "A03", name: str = "doc-1"
) -> str:
    """A Publication_MarketDocument with one time series per period."""
    series = "".join(
        f"<TimeSeries><mRID>{i}</mRID><auction.type>A01</auction.type>"
        "<businessType>A62</businessType>"
        f"<currency_Unit.name>{currency}</currency_Unit.name>"
        "<price_Measure_Unit.name>MWH</price_Measure_Unit.name>"
        f"<curveType>{curve}</curveType>{p}</TimeSeries>"
        for i, p in enumerate(periods, 1)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Publication_MarketDocument xmlns="{_SPACE}">'
        f"<mRID>{name}</mRID><revisionNumber>1</revisionNumber><type>A44</type>{series}"
        "</Publication_MarketDocument>"
    )


def nothing() -> str:
    """The platform's way to say that there are no data."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><Acknowledgement_MarketDocument>'
        "<Reason><code>999</code><text>No matching data found</text></Reason>"
        "</Acknowledgement_MarketDocument>"
    )


def asked(query: Mapping[str, str]) -> list[tuple[str, str]]:
    """Start and end of the whole 24 h days of a winter's query, as they stand in answers."""
    texts = (query[k] + "+0000" for k in ("periodStart", "periodEnd"))
    start, end = (datetime.strptime(text, "%Y%m%d%H%M%z") for text in texts)
    days = [start + timedelta(days=i) for i in range((end - start).days)]
    return [(f"{d:%Y-%m-%dT%H:%MZ}", f"{d + timedelta(days=1):%Y-%m-%dT%H:%MZ}") for d in days]


class Platform:
    """Where it listens, what it was asked, and what it answers."""

    def __init__(self) -> None:
        self.queries: list[dict[str, str]] = []
        self.answer: Answer = lambda query: (200, nothing())
        self.url = ""


@contextmanager
def platform() -> Iterator[Platform]:
    """A server on a free port of 127.0.0.1."""
    served = Platform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {k: v[0] for k, v in parse_qs(urlparse(self.path).query).items()}
            served.queries.append(query)
            status, text = served.answer(query)
            self.send_response(status)
            self.send_header("content-type", "application/xml")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}/api"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
