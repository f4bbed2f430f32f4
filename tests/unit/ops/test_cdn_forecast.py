"""`./bbp cdn forecast`: logs of every format, the replay's arithmetic, and when a log is no evidence."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ops.answers.cdn.access_log import MAX_LINE, LogReader, parsed
from ops.answers.cdn.edge import Edge
from ops.answers.cdn.forecast import Forecast, forecast
from ops.views.cdn import forecasted
from planner.simulation import Assumptions, override
from tests.support.edge_policies import DOMAIN, POLICY, RULES
from tests.support.told import told

if TYPE_CHECKING:
    from pathlib import Path

EDGE = Edge(POLICY, RULES)
START = 1_796_000_000


def line(path: str, at: int = 0, *, status: int = 200, size: int = 1000, method: str = "GET", **more: str) -> str:
    document = {"msec": START + at, "request_method": method, "request_uri": path, "status": status, "bytes_sent": size}
    return json.dumps(document | more)


def written(tmp_path: Path, lines: list[str], name: str = "access.log") -> LogReader:
    file = tmp_path / name
    text = "\n".join(lines).encode()
    file.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return LogReader(file)


def run(tmp_path: Path, lines: list[str], *, size: int = 2**30, target: float | None = None) -> Forecast:
    return forecast(EDGE, written(tmp_path, lines), size=size, target=target)


STAMP = "[30/Nov/2026:10:00:01 +0100]"


@pytest.mark.parametrize(
    "text",
    [
        f'1.2.3.4 - - {STAMP} "GET /static/a.css?v=1 HTTP/1.1" 200 512',
        f'1.2.3.4 - frank {STAMP} "GET /static/a.css?v=1 HTTP/2.0" 200 512 "https://x/" "Mozilla \\"x\\" 5"',
        f'2001:db8::1 - - {STAMP} "GET /static/a.css?v=1 HTTP/1.1" 200 512 "-" "-" 0.004 extra',
        f'cdn.{DOMAIN}:443 1.2.3.4 - - {STAMP} "GET /static/a.css?v=1 HTTP/1.1" 200 512 "-" "curl"',
        f'1.2.3.4 - - {STAMP} "GET https://CDN.{DOMAIN}/static/a.css?v=1 HTTP/1.1" 200 512',
        '{"time":"2026-11-30T10:00:01+01:00","request":"GET /static/a.css?v=1 HTTP/1.1","status":"200","size":"512"}',
        '{"time":"2026-11-30T09:00:01Z","method":"get","path":"/static/a.css","args":"v=1","status":200,"bytes":512}',
        '{"msec":"1796029201.0","request_method":"GET","request_uri":"/static/a.css?v=1","status":200,"body_bytes_sent":512}',
        '{"@timestamp":1796029201000,"request_method":"GET","uri":"/static/a.css?v=1","status":200,"size":512}',
    ],
)
def test_a_line_of_every_format_is_the_same_request(text: str) -> None:
    found = parsed(text.encode())
    assert found is not None
    assert (found.at, found.method, found.target) == (1_796_029_201.0, "GET", "/static/a.css?v=1")
    assert (found.status, found.size) == (200, 512)
    assert found.host in {"", f"cdn.{DOMAIN}"}


@pytest.mark.parametrize(
    "text",
    [
        *("garbage", "{", "[]", "{}", '{"status": 200}', '{"time": {}, "method": "GET", "path": "/", "status": 200}'),
        f'1.2.3.4 - - {STAMP} "\\x16\\x03\\x01" 400 0',
        f'1.2.3.4 - - {STAMP} "GET / HTTP/1.1" 999 0',
        f'1.2.3.4 - - {STAMP} "GET a HTTP/1.1" 200 0',
        '1.2.3.4 - - [yesterday] "GET / HTTP/1.1" 200 0',
        '{"msec": NaN, "request_method": "GET", "request_uri": "/", "status": 200}',
        '{"msec": -5, "request_method": "GET", "request_uri": "/", "status": 200}',
        '{"msec": 1, "request_method": "GET", "request_uri": "/", "status": 200, "bytes": -1}',
        *(f'{{"time": {at}, "method": "GET", "path": "/", "status": 200}}' for at in ("true", 0, 1, 1e3, 946_684_799)),
        '{"msec": 1796029201, "request_method": "GET", "request_uri": "/", "status": 200, "bytes": 1e30}',
        '1.2.3.4 - - [01/Jan/1970:00:00:00 +0000] "GET / HTTP/1.1" 200 0',
        "[" * 5000,
        '{"a":' * 5000,
    ],
)
def test_what_is_no_request_of_a_log_is_no_request(text: str) -> None:
    assert parsed(text.encode()) is None


def test_malformed_lines_are_counted_and_left_out(tmp_path: Path) -> None:
    log = written(tmp_path, ["junk", line("/a"), "", "\x00\x01", "x" * (3 * MAX_LINE), line("/b"), "{"])
    assert [found.target for found in log] == ["/a", "/b"]
    assert (log.lines, log.malformed, log.broken) == (6, 4, "")


def test_a_packed_log_is_read_and_a_damaged_one_is_said_to_be(tmp_path: Path) -> None:
    whole = written(tmp_path, [line("/a", at) for at in range(500)], "a.log.gz")
    assert len(list(whole)) == 500
    whole.path.write_bytes(whole.path.read_bytes()[:-40])
    cut = LogReader(whole.path)
    assert len(list(cut)) < 500
    assert "damaged" in cut.broken
    found = forecast(EDGE, LogReader(whole.path), size=2**30)
    assert any("damaged" in reason for reason in found.too_little)


def test_the_second_request_for_a_file_is_answered_by_the_edge_whatever_query_is_appended(tmp_path: Path) -> None:
    found = run(tmp_path, [line("/static/a.css"), line("/static/a.css", 5), line("/static/a.css?v=2", 6)])
    assert (found.requests, found.hit_percent, found.entries) == (3, 66.66, 1)
    assert (found.origin_requests, found.origin_bytes) == (1, 1000)
    (css,) = found.rules
    assert (css.rule, css.cached, css.requests, css.hits, css.saved_bytes) == ("css", True, 3, 2, 2000)


def test_an_entry_is_stale_after_its_lifetime_then_gone(tmp_path: Path) -> None:
    times = (0, 3599, 3700, 3701, 20_000)
    found = run(tmp_path, [line("/pricing", at, host=DOMAIN) for at in times])
    assert found.stale_hits == 1, "3700 is within 300 s of staleness, and renews the copy"
    assert (found.hit_percent, found.origin_requests) == (60.0, 3)


def test_what_the_rules_keep_out_never_hits(tmp_path: Path) -> None:
    lines = [
        *(line("/dashboard", at) for at in range(3)),
        *(line("/api/clients/7.css", at) for at in range(3)),
        *(line("/static/missing.css", at, status=404) for at in range(3)),
        *(line("/static/part.css", at, status=206) for at in range(3)),
        *(line("/static/a.css", at, method="POST") for at in range(3)),
        *(line("/pricing", at, http_cookie="PHPSESSID=x") for at in range(3)),
        *(line("/pricing", at, http_authorization="Bearer x") for at in range(3)),
        *(line("/pricing", at, sent_http_cache_control="private") for at in range(3)),
        *(line("/static/b.css", at, sent_http_content_type="text/html") for at in range(3)),
    ]
    assert run(tmp_path, lines).hit_percent == 0.0


def test_a_lifetime_that_the_log_has_counts(tmp_path: Path) -> None:
    lines = [line("/static/a.css", at, sent_http_cache_control="max-age=10") for at in (0, 5, 20)]
    assert run(tmp_path, lines).hit_percent == 33.33


@pytest.mark.parametrize("digits", [11, 400, 5000])
def test_a_lifetime_of_any_number_of_digits_is_a_long_one(tmp_path: Path, digits: int) -> None:
    said = f"max-age={'9' * digits}"
    found = run(tmp_path, [line("/static/a.css", at, sent_http_cache_control=said) for at in (0, 5)])
    assert (found.requests, found.malformed, found.hit_percent) == (2, 0, 50.0)


def test_no_rate_is_rounded_up_to_one_that_leaves_nothing_for_the_origin(tmp_path: Path) -> None:
    found = run(tmp_path, [line("/static/a.css", at // 20) for at in range(30_000)], target=99.9969)
    assert (found.origin_requests, found.hit_percent) == (1, 99.99)
    assert found.simulate[1] == "--assume cdn_hit_percent=99.99"
    assert not found.ok


def test_a_full_cache_drops_what_was_used_least_recently(tmp_path: Path) -> None:
    lines = [line(f"/static/{name}.css", at, size=400) for at, name in enumerate("abacab")]
    found = run(tmp_path, lines, size=1000)
    assert found.evictions == 2
    assert found.hit_percent == 33.33, "a twice; b was dropped for c"
    assert run(tmp_path, lines, size=10).hit_percent == 0.0


def test_a_head_and_a_304_are_answered_from_an_entry_and_make_none(tmp_path: Path) -> None:
    head = line("/static/a.css", 0, method="HEAD", size=0)
    fresh = line("/static/a.css", 1, status=304, size=0)
    assert run(tmp_path, [head, fresh, line("/static/a.css", 2)]).hit_percent == 0.0
    assert run(tmp_path, [line("/static/a.css"), head, fresh]).hit_percent == 66.66


def test_requests_for_other_hosts_are_left_out_and_said(tmp_path: Path) -> None:
    found = run(tmp_path, [line("/static/a.css", host="example.com"), line("/static/a.css", host=f"cdn.{DOMAIN}")])
    assert found.requests == 1
    assert any("1 requests are for hosts that are none" in said for said in found.not_judged)


def enough(count: int = 1200, step: int = 4) -> list[str]:
    return [line(f"/static/{number % 10}.css?", number * step, host=f"cdn.{DOMAIN}") for number in range(count)]


def test_a_log_that_is_too_small_too_short_or_too_dirty_judges_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, enough(), target=90).ok
    assert not run(tmp_path, enough(), target=99.9).ok
    assert run(tmp_path, enough()).too_little == ()
    for lines, reason in (
        (enough(999), "999 requests; 1,000 are the least"),
        (enough(step=1), "1,199 s of time; 3,600 s are the least"),
        ([line("/a", -90_000), *enough(step=1)], "requests in 22 minutes alone; 30 are the least"),
        (enough() + ["junk"] * 100, "100 of 1,300 lines are malformed"),
        ([], "0 requests"),
    ):
        found = run(tmp_path, lines, target=1)
        assert not found.ok
        assert any(reason in said for said in found.too_little), found.too_little


def test_the_answer_says_its_target_its_rules_what_it_rests_on_and_the_same_load_for_the_simulation(
    tmp_path: Path,
) -> None:
    found = run(tmp_path, enough(), target=90)
    text = told(forecasted(found))
    for said in ("answered by the edge: 99.2 %", "css: 1,200 requests, 1,190 hits", "the target of 90 % is reached"):
        assert said in text
    assert "the log has no cookies" in text
    assert found.simulate == ("--peak-rps 0.25", "--assume cdn_hit_percent=99.16")
    assumed = override(Assumptions(), {"cdn_hit_percent": 99.16})
    assert assumed.cdn_hit_percent == 99.16


def test_peaks_are_of_the_busiest_minute_before_and_behind_the_edge(tmp_path: Path) -> None:
    burst = [line(f"/static/{number % 2}.css", number) for number in range(60)]
    found = run(tmp_path, burst)
    assert found.peak_per_second >= 0.5
    assert found.origin_peak_per_second < found.peak_per_second


def test_logs_of_two_pods_have_the_same_peaks_whichever_way_their_lines_are_put_together(tmp_path: Path) -> None:
    pods = [[line(f"/static/{pod}.css?{at}", at, method="POST") for at in range(0, 3600, 4)] for pod in (0, 1)]
    after, between = pods[0] + pods[1], [one for pair in zip(*pods, strict=True) for one in pair]
    for lines in (after, between, between[::-1]):
        found = run(tmp_path, lines)
        assert (found.peak_per_second, found.origin_peak_per_second) == (0.5, 0.5)


def test_a_log_whose_time_goes_back_judges_nothing(tmp_path: Path) -> None:
    both = run(tmp_path, enough() + enough(), target=1)
    assert not both.ok
    assert "1,184 lines are earlier than one above them" in both.too_little[0]
    reversed_in_minutes = [one for start in range(0, 1200, 10) for one in enough()[start : start + 10][::-1]]
    assert run(tmp_path, reversed_in_minutes, target=1).ok, "lines of answers that took a while"


@pytest.mark.parametrize("host", [f"CDN.{DOMAIN}.:443", f"cdn.{DOMAIN}:", f"cdn.{DOMAIN}.", f"cdn.{DOMAIN}:8443"])
def test_a_host_is_the_same_with_a_dot_and_a_port(tmp_path: Path, host: str) -> None:
    found = run(tmp_path, [line("/static/a.css", host=host)])
    assert (found.requests, [said for said in found.not_judged if "none of this stack" in said]) == (1, [])


def test_a_plan_without_rules_for_files_hits_nothing(tmp_path: Path) -> None:
    closed = replace(EDGE, rules=replace(EDGE.rules, cache=EDGE.rules.cache[:1]))
    found = forecast(closed, written(tmp_path, enough()), size=2**30)
    assert (found.hit_percent, [share.rule for share in found.rules]) == (0.0, ["default_bypass"])
