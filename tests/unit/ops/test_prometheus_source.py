from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.answers.right_size.measures import measures
from ops.answers.right_size.parts import parts_of
from ops.inputs.prometheus import TOKEN, Measure, Prometheus, PrometheusError, window_of
from tests.support.stack import settings

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ONE = Measure(part="app", name="memory_mib", query="q", source="somebody")


class Fixed(Prometheus):
    """A server that knows these series; remembers the step that it was asked for."""

    def __init__(self, *series: list[tuple[float, str]]) -> None:
        super().__init__("http://localhost:9090")
        object.__setattr__(self, "series", series)

    def _range(self, measure: Measure, start: datetime, end: datetime, step: timedelta) -> Any:  # noqa: ANN401 - a fake
        object.__setattr__(self, "asked", (measure.query, end - start, step))
        return list(self.__dict__["series"])


def series(count: int, value: str = "1") -> list[tuple[float, str]]:
    return [(float(index * 300), value) for index in range(count)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("90m", timedelta(minutes=90)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        (" 2w ", timedelta(weeks=2)),
    ],
)
def test_a_window_is_written_as_prometheus_writes_durations(text: str, wanted: timedelta) -> None:
    assert window_of(text) == wanted


@pytest.mark.parametrize("text", ["", "7", "d", "7 days", "-7d", "1.5d", "59m", "2y", "53w", "999999999999w"])
def test_other_windows_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration|is not between"):
        window_of(text)


@pytest.mark.parametrize(
    "url", ["", "prometheus", "prometheus:9090", "ftp://host", "http://", "http://host:port", "https://host/?a=b"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(PrometheusError, match="no address of a server"):
        Prometheus.at(url, {})


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(PrometheusError, match="no password") as caught:
        Prometheus.at("https://me:hidden@host", {})
    assert "hidden" not in str(caught.value)


def test_a_token_is_sent_encrypted_or_to_this_machine_only() -> None:
    with pytest.raises(PrometheusError, match="unencrypted to prometheus"):
        Prometheus.at("http://prometheus", {TOKEN: "t"})
    for url in ("https://prometheus", "http://localhost:9090", "http://127.0.0.1:1", "http://[::1]:9090"):
        assert repr(Prometheus.at(url, {TOKEN: " t "}).token) == "'t'"
    assert not Prometheus.at("http://prometheus", {}).token
    assert "hidden" not in repr(Prometheus.at("https://prometheus", {TOKEN: "hidden"}))


def test_a_path_prefix_is_kept_and_a_slash_at_the_end_is_not() -> None:
    assert Prometheus.at("https://host/prometheus/", {}).url == "https://host/prometheus"


def test_the_samples_of_all_series_count_alike() -> None:
    found = Fixed(series(10, "1"), series(10, "3")).measured([ONE], timedelta(hours=1), NOW)
    assert sorted(found.samples["app"]["memory_mib"]) == [1.0] * 10 + [3.0] * 10
    assert found.gaps == ()


def test_samples_that_are_no_numbers_are_left_out_and_tiny_negatives_are_zero() -> None:
    found = Fixed([*series(12, "1"), (9000.0, "NaN"), (9300.0, "+Inf"), (9600.0, "-0.001")])
    assert sorted(found.measured([ONE], timedelta(hours=1), NOW).samples["app"]["memory_mib"]) == [0.0] + [1.0] * 12


@pytest.mark.parametrize(("count", "share"), [(72, None), (71, "49 %"), (12, "8 %")])
def test_little_of_the_window_is_told(count: int, share: str | None) -> None:
    gaps = Fixed(series(count)).measured([ONE], timedelta(hours=12), NOW).gaps
    assert [gap.split(" covers ")[1].split(" of ")[0] for gap in gaps] == ([share] if share else [])


def test_too_few_samples_are_left_out_and_named() -> None:
    with pytest.raises(PrometheusError, match=r"app\.memory_mib is left out: only 11 samples; it comes from somebody"):
        Fixed(series(11)).measured([ONE], timedelta(hours=1), NOW)


@pytest.mark.parametrize(("window", "step"), [(timedelta(days=7), 300), (timedelta(days=365), 3153.6)])
def test_a_long_window_is_read_in_longer_steps_than_five_minutes(window: timedelta, step: float) -> None:
    server = Fixed(series(12))
    server.measured([ONE], window, NOW)
    assert server.__dict__["asked"] == ("q", window, timedelta(seconds=step))


def test_every_measure_of_a_file_can_be_read_from_a_server() -> None:
    for phase in ("optimization", "horizontal", "microservices"):
        stack = settings("prod", phase)
        found = [(item.part, item.name) for item in measures(stack)]
        assert sorted(found) == sorted((part.name, name) for part in parts_of(stack) for name in part.measures)


def test_queries_follow_the_stacks_names_and_sizes() -> None:
    queries = {item.key: item.query for item in measures(settings("dev", "horizontal"))}
    assert 'namespace="development"' in queries["app.cpu_millicores"]
    assert "bailbondpro-dev-primary" in queries["postgres.cpu_percent"]
    assert "bailbondpro-dev-redis-" in queries["redis.memory_percent"]
    stored = settings("dev", "horizontal").postgres.allocated_storage_gib * 1024**3
    assert f"/ {stored})" in queries["postgres.disk_percent"]
