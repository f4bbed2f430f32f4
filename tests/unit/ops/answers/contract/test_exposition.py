"""Prometheus' text format is read as Prometheus reads it where the contract asks for it."""

from __future__ import annotations

import pytest

from ops.answers.contract.exposition import ExpositionError, families

TEXT = """\
# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{method="GET",route="/a \\"b\\", c",status="200"} 3 1395066363000
# TYPE took_seconds histogram
took_seconds_bucket{le="0.5"} 1
took_seconds_bucket{le="+Inf"} 2
took_seconds_sum 1.5
took_seconds_count 2
"""


def test_samples_belong_to_the_metric_whose_type_was_given() -> None:
    found = families(TEXT)
    assert found.keys() == {"http_requests_total", "took_seconds"}
    (sample,) = found["http_requests_total"].samples
    assert (sample.value, sample.labels["route"]) == (3, '/a \\"b\\", c')
    assert [one.name.rpartition("_")[2] for one in found["took_seconds"].samples] == [
        "bucket",
        "bucket",
        "sum",
        "count",
    ]


def test_a_counter_of_openmetrics_has_the_same_name() -> None:
    text = "# TYPE http_requests counter\nhttp_requests_total 3\nhttp_requests_created 1.5\n# EOF\n"
    assert families(text)["http_requests_total"].kind == "counter"


def test_a_counter_of_the_text_format_has_the_name_that_is_written() -> None:
    assert families("# TYPE http_requests counter\nhttp_requests 3\n").keys() == {"http_requests"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "line 1 is no sample"),
        ("up 1\nup one", "line 2"),
        ('up{a="1" b="2"} 1', "labels that cannot be read"),
        ("# TYPE up gauge\n# TYPE up counter\n", "second time"),
    ],
)
def test_what_prometheus_would_refuse_is_refused_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ExpositionError, match=told):
        families(text)
