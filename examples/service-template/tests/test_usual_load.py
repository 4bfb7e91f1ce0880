"""The service by itself: no platform, no bus."""

from datetime import UTC, datetime

from usual_load.configuration import UsualLoadConfiguration
from usual_load.service import usual
from rami.communication.service import Inbox, Measurement, Message, Place, Topic

NOW = datetime(2019, 1, 15, tzinfo=UTC)
HOUR_NS = 3600 * 10**9


def test_the_usual_day_is_repeated(tmp_path):
    start = datetime(2019, 1, 13, tzinfo=UTC)
    values = [float(hour % 24) for hour in range(48)]
    measured = Measurement(
        grid={"start": start, "step_s": 3600.0, "count": 48},
        unit="kW",
        quantity="power",
        series={"load": values},
    )
    now_ns = int(NOW.timestamp()) * 10**9
    topic = Topic("site", "dhs", "measured", "measurement", "load")
    message = Message(topic, measured, 1, now_ns, now_ns + HOUR_NS)
    service = UsualLoadConfiguration(kind="usual_load", owner="dhs").service(
        "heat_load", Place("site", tmp_path / "site.yaml")
    )
    (said,) = service.run(Inbox(now_ns, {str(topic): message}))
    assert said.payload.series["load"] == values[:24]
    assert said.payload.grid.start == NOW


def test_days_without_values_do_not_count():
    assert usual([None, 4.0, 2.0, 6.0], 2, 0, 7) == 2.0
    assert usual([], 2, 0, 7) == 0.0
