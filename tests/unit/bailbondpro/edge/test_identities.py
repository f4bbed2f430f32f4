"""What frameworks, identity providers and load balancers send bypasses the cache on pages; analytics does not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import pytest
import yaml

from bailbondpro.edge.exchange import Request
from bailbondpro.edge.explain import may_be_cached
from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from bailbondpro.edge.proof.corpus import HIDDEN_COOKIES
from bailbondpro.edge.rules import EdgeRules
from tests.support.paths import DATA, ROOT

DOMAIN = "bailbondpro.com"
RULES = EdgeRules.of(
    EdgePolicy(
        domain=DOMAIN,
        hosts=CdnHosts.under(DOMAIN),
        session_cookie_names=("bail_login",),
        public_html_paths=("/pricing",),
        public_api_prefixes=("/api/public",),
    )
)
PUBLIC = (f"https://{DOMAIN}/pricing", f"https://{DOMAIN}/api/public/x", f"https://api.{DOMAIN}/api/public/x")
MEASURED = "_ga=GA1.1.2.3"
CHUNKS = (".0", "_0", "-0", ".1", "C1", "[0]")
PREFIXES = ("__Host-", "__Secure-", "__Http-", "__HostHttp-")


@dataclass(frozen=True)
class Sender:
    """One line of the list."""

    name: str
    source: str
    cookies: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    """Which of the names were read in the document; the others are unverified."""


def _senders(kind: str) -> list[Sender]:
    lines = yaml.safe_load((DATA / "identities_of_frameworks.yaml").read_text(encoding="utf-8"))[kind]
    several = ("cookies", "headers", "query", "read")
    return [Sender(line["name"], line["source"], *(tuple(line.get(key, ())) for key in several)) for line in lines]


SESSIONS, HARMLESS = _senders("sessions"), _senders("harmless")


def cached(**changes: object) -> list[str]:
    """The public addresses whose answer may be cached for a request that is changed in one way."""
    asked = (replace(Request.of(url), **changes) for url in PUBLIC)  # type: ignore[arg-type]  # each names a field
    return [f"{request.host}{request.path}" for request in asked if may_be_cached(RULES, request)]


def cookie(value: str) -> list[str]:
    return cached(headers=(("cookie", value),))


def test_a_plain_request_for_every_address_may_be_cached() -> None:
    assert len(cached()) == len(PUBLIC)


@pytest.mark.parametrize("sender", SESSIONS, ids=lambda sender: sender.name)
def test_what_says_who_asks_bypasses_the_cache_in_every_spelling(sender: Sender) -> None:
    assert sender.source
    for name in sender.cookies:
        spelled = (name, *(name + chunk for chunk in CHUNKS), *(prefix + name for prefix in PREFIXES))
        for spelling in (*spelled, name.lower(), name.upper()):
            for value in (f"{spelling}=abc", f"{MEASURED}; {spelling}=abc", f"{spelling}=abc; {MEASURED}"):
                assert cookie(value) == [], value
            assert cookie(f"{MEASURED}, {spelling}=abc") == []
            assert cookie(f"{MEASURED}; theme=dark; {spelling}=abc") == []
            assert cookie(f"{MEASURED};{spelling}=abc") == []
    for header in sender.headers:
        assert cached(headers=((header.lower(), "abc"),)) == [], header
    for query in sender.query:
        assert cached(query=query) == [] == cached(query=f"page=2&{query}"), query


@pytest.mark.parametrize("sender", HARMLESS, ids=lambda sender: sender.name)
def test_measurement_and_consent_keep_no_page_out_of_the_cache(sender: Sender) -> None:
    for name in sender.cookies:
        pair = name if "=" in name else f"{name}=abc"
        for value in (pair, f"{MEASURED}; {pair}", f"{pair}; {MEASURED}", f"{pair}; {pair}"):
            assert len(cookie(value)) == len(PUBLIC), value


@pytest.mark.parametrize("value", HIDDEN_COOKIES)
def test_a_session_beside_measurement_or_named_like_it_bypasses_the_cache(value: str) -> None:
    assert cookie(value) == []


@pytest.mark.parametrize(
    "value",
    [
        *("_ga_session=abc", "_ga_=abc", "_ga_X=abc", "_ga_token=GA1.1", "_gat_gtag_auth=abc", "_gat_gtag_UA_1_1=2"),
        *("_gat_UA-session=abc", "_gat_UA-1-1=1x", "_ga=1 _gid=2", "_ga=1\t_gid=2", "_ga=a b", "theme=dark ; _ga=1"),
        *("_ga_sess=GSabc.def", "_gat_gtag_UA_sid=abc=1", "_ga=1; _gat_UA-sid=x=1", "_ga_x=GS1.1", "_ga_X=GS1.1=1"),
        *("_ga_X=GSabc.def", "_ga_X=GS3.x", "_ga_X=abc; theme=GS1.1", "theme=x; _ga_X=abc=GS1.1", "_ga_X-Y=GS1.1"),
        *("_pk_id.session=x", "_pk_id.1.user=x", "_pk_idx=1", "_pk_id.1.1fff", "_ga=1; _pk_ses.sid=1", "_pk_id.1 =x"),
        *(
            f"theme=x{mark}sid=1"
            for mark in ("\v", "\f", "\x00", "\x1e", "\x7f", "\x85", "\u00a0", "\u2028", '"', "\\")
        ),
        *(f"_ga=1; theme=x{mark}sid=1" for mark in ("\v", "\t", "\x01", '"; "', "\xe9")),
        *("_ga_X=GS1.1; session=1", "session=1; _ga_X=GS1.1", "_ga_a=1;_ga_X=GS1.1", "_ga_a=1; b=GS1.1"),
    ],
)
def test_what_begins_like_measurement_and_has_not_its_form_bypasses_the_cache(value: str) -> None:
    assert cookie(value) == []


def test_a_harmless_name_that_begins_another_is_not_harmless() -> None:
    for name in ("_gapi", "themes", "CookieConsentSession", "_pk_identity", "_fbpx", "x_ga", "OptanonConsentToken"):
        assert cookie(f"{name}=abc") == [], name


def test_no_session_is_named_like_measurement_and_no_line_stands_twice() -> None:
    names = Counter(sender.name for sender in (*SESSIONS, *HARMLESS))
    assert max(names.values()) == 1
    harmless = {name for sender in HARMLESS for name in sender.cookies}
    assert not harmless & {name for sender in SESSIONS for name in sender.cookies}


def test_the_guide_to_the_cdn_tells_how_large_the_list_is() -> None:
    cookies = {name for sender in SESSIONS for name in sender.cookies}
    headers = {name.lower() for sender in SESSIONS for name in sender.headers}
    queries = {query for sender in SESSIONS for query in sender.query}
    read = {name for sender in SESSIONS for name in sender.read}
    assert len(SESSIONS) > 50
    assert all(set(sender.read) <= {*sender.cookies, *sender.headers, *sender.query} for sender in SESSIONS)
    sent = f"{len(SESSIONS)} senders, {len(cookies)} cookies, {len(headers)} headers and {len(queries)} queries"
    told = f"{sent}; {len(read)} names were read"
    assert told in (ROOT / "docs" / "cdn.md").read_text(encoding="utf-8"), f"docs/cdn.md has to say: {told}"
