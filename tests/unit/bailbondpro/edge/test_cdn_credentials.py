"""What says who asks, or for whom an answer is, keeps an opted-in page out of the edge's cache, whoever invented it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bailbondpro.edge.exchange import Request, Response, normalise_path
from bailbondpro.edge.explain import explain
from bailbondpro.edge.policy import HARMLESS_QUERY
from bailbondpro.edge.problems import edge_problems
from bailbondpro.edge.proof.oracle import SIGNING_PARAMETER
from tests.support.edge_policies import DOMAIN, POLICY

PAGE = f"https://{DOMAIN}/pricing"


def cached(
    url: str = PAGE,
    *,
    kind: str = "text/html",
    asked: dict[str, str] | None = None,
    answered: dict[str, str] | None = None,
) -> bool:
    said = {"Cache-Control": "public, max-age=600", "Content-Type": kind} | (answered or {})
    return explain(POLICY, Request.of(url, headers=asked), Response.of(200, said)).cacheable


def test_what_every_browser_sends_keeps_nothing_out_of_the_cache() -> None:
    sent = (
        "Accept",
        "Accept-Language",
        "Accept-Encoding",
        "User-Agent",
        "Sec-Fetch-User",
        "Sec-Fetch-Site",
        "Sec-CH-UA",
    )
    added = (
        "CF-Connecting-IP",
        "CF-Ray",
        "CF-IPCountry",
        "CF-Visitor",
        "CDN-Loop",
        "X-Forwarded-For",
        "Priority",
        "DNT",
    )
    assert cached(asked=dict.fromkeys((*sent, *added, "If-None-Match", "Upgrade-Insecure-Requests"), "x"))


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Authentication",
            "X-Auth",
            "Cookie2",
            "X-Original-Cookie",
            "X-CSRF",
            "X-XSRF",
            "DPoP",
            "X-Hmac",
            "X-Password",
        ),
        *("Client-Cert", "X-SSL-Client-Cert", "X-Forwarded-Client-Cert", "X-ARR-ClientCert", "Cf-Access-Client-Id"),
        *("X-Forwarded-User", "Remote-User", "X-WEBAUTH-USER", "X-User-Id", "X-Api-User", "Impersonate-User"),
        *("X-MS-CLIENT-PRINCIPAL", "X-Amzn-Oidc-Data", "X-Goog-Authenticated-User-Email", "X-GitHub-OTP", "AccessKey"),
        *("X-Consumer-Username", "X-Hasura-Role", "X-Tenant-Id", "X-Account-Id", "X-Ticket", "X-Bearer", "X-SID"),
    ],
)
def test_a_header_that_says_who_asks_keeps_the_answer_out_of_the_cache(name: str) -> None:
    assert not cached(asked={name: "abc"})


@pytest.mark.parametrize(
    "query",
    [
        *("Key-Pair-Id=1", "hdnts=exp=1~acl=/*", "hdnea=1", "hdntl=1", "__gda__=1", "sign=1", "OSSAccessKeyId=1"),
        *("md5=1&expires=1", "SAMLResponse=1", "assertion=1", "magic=1", "invite=1", "user=1", "email=a", "nonce=1"),
        *("key[]=1", "key%5B%5D=1", "key%3D1", "sid%3d1", "passcode=1", "uid=1", "login=1", "state=1"),
    ],
)
def test_a_query_that_signs_in_keeps_the_answer_out_of_the_cache(query: str) -> None:
    assert not cached(f"{PAGE}?{query}")


HELD_OUT = (
    *("X-Amz-Credential", "X-Amz-Security-Token", "sv", "se", "sp", "spr", "st", "srt", "GoogleAccessId", "Expires"),
    *("oauth_token", "oauth_verifier", "id_token_hint", "login_hint", "client_assertion", "device_code", "request_uri"),
    *(
        "RelayState",
        "wresult",
        "wctx",
        "SAMLart",
        "pt",
        "pgtIou",
        "tk",
        "t",
        "k",
        "hs_token",
        "sso",
        "autologin",
        "mc_eid",
    ),
    *(
        "_hsenc",
        "mkt_tok",
        "vero_id",
        "_ke",
        "oly_enc_id",
        "_gl",
        "_ga",
        "cid",
        "client",
        "customer",
        "case",
        "bond",
        "id",
    ),
    *("name", "phone", "dob", "ssn", "q2", "preview", "draft", "share", "ref", "return_to", "cf_clearance", "x"),
)


@pytest.mark.parametrize("name", HELD_OUT)
def test_a_parameter_that_nobody_listed_keeps_a_page_and_an_image_out_of_the_cache(name: str) -> None:
    for query in (f"{name}=1", name, f"{name}=", f"page=2&{name}=1", f"v=1;{name}=1", f"v=1&&{name}=1"):
        assert not cached(f"{PAGE}?{query}"), query
        assert not cached(f"https://images.{DOMAIN}/a.png?{query}", kind="image/png"), query


@pytest.mark.parametrize("name", HARMLESS_QUERY)
def test_a_harmless_name_is_one_as_it_is_written_and_no_more(name: str) -> None:
    """In another case, escaped, as a list, with a separator of some servers or beside an empty name it is unknown."""
    assert cached(f"{PAGE}?{name}=1&{name}=2&page=3")
    escaped = f"%{ord(name[0]):02x}{name[1:]}"
    for other in (name.upper(), escaped, f"{name}[]", f"{name}%5B%5D", f"{name}+", f"+{name}", f"{name}.x", f"x{name}"):
        assert not cached(f"{PAGE}?{other}=1"), other
    for query in (f"{name}=1;x=1", f"{name}=1%26x=1", f"{name}=1%3bx=1", f"=1&{name}=1", f"{name}=%2526x"):
        assert not cached(f"{PAGE}?{query}"), query
    assert not SIGNING_PARAMETER.search(name), "the audit's own list of credentials has it"


def test_a_file_is_cached_by_its_version_and_its_rendition_alone() -> None:
    image = f"https://images.{DOMAIN}/a.png"
    assert cached(f"{image}?v=3", kind="image/png")
    assert not cached(f"{image}?utm_source=x", kind="image/png")
    assert not cached(f"{image}?v=3&page=2", kind="image/png")


@pytest.mark.parametrize("query", ["v=3", "utm_source=x", "w=640", "page=2", "q=bail"])
def test_a_harmless_query_does_not(query: str) -> None:
    assert cached(f"{PAGE}?{query}")


@pytest.mark.parametrize("name", ["_gateway", "_gatekeeper_auth", "_gatsby"])
def test_a_cookie_whose_name_only_begins_like_one_of_measurement_is_not_harmless(name: str) -> None:
    assert not cached(asked={"Cookie": f"{name}=abc"})
    assert cached(asked={"Cookie": "_gid=GA1.1.2.3; _gat=1"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (name, "x")
            for name in ("Set-Cookie2", "X-Auth-Token", "Authorization", "Refresh-Token", "WWW-Authenticate")
        ),
        *((name, "x") for name in ("Authentication-Info", "Clear-Site-Data", "X-CSRF-Token", "X-Session-Id")),
        *((name, "no-store") for name in ("Surrogate-Control", "Edge-Control", "Fastly-CDN-Cache-Control")),
        *((name, "no-store") for name in ("Netlify-CDN-Cache-Control", "Vercel-CDN-Cache-Control")),
        ("Content-Disposition", "Attachment; filename=bond.pdf"),
    ],
)
def test_an_answer_that_hands_out_credentials_or_forbids_another_cache_to_keep_it_is_not_stored(
    name: str, value: str
) -> None:
    assert not cached(answered={name: value})
    assert not cached(f"https://cdn.{DOMAIN}/static/app.css", kind="text/css", answered={name: value})


def test_where_the_origin_says_public_and_pragma_no_cache_no_lifetime_is_put_on_it() -> None:
    assert cached(answered={"Cache-Control": "public"})
    assert not cached(answered={"Cache-Control": "public", "Pragma": "no-cache"})


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *(("x.map", f"application/{kind}") for kind in ("problem+json", "ld+json", "vnd.api+json", "x-ndjson")),
        *(("x.webmanifest", f"application/{kind}") for kind in ("problem+json", "ld+json", "json")),
        *((name, f"{kind}, application/pdf") for name, kind in (("x.png", "image/png"), ("x.css", "text/css"))),
        *((name, "multipart/mixed; boundary=image/font") for name in ("x.png", "x.woff2")),
        *(
            ("x.png", "application/msword; type=image/png"),
            ("x.css", "application/css-stylesheet"),
            ("x.css", "a/b; x=/css"),
        ),
    ],
)
def test_a_file_of_another_type_than_its_name_promises_is_not_stored(path: str, kind: str) -> None:
    assert not cached(f"https://cdn.{DOMAIN}/static/{path}", kind=kind)


@pytest.mark.parametrize(
    "path",
    [
        *("/static/..%c0%afapi/clients/1.css", "/static/%e0%80%af../1.css", "/static/%f0%80%80%af/1.css"),
        *("/static/..%u002fapi/1.css", "/static/..%ef%bc%8fapi/1.css", "/static/\uff0e\uff0e/api/1.css"),
        *("/static/..%e2%88%95api/1.css", "/static/%0a/1.css", "/static/x%0d%0a.css", "/static/x%7f.css"),
        *("/static/x%23.css", "/static/x%3f.css", "/static/..%20/api/1.css", "/static/%20../1.css"),
    ],
)
def test_a_path_that_can_be_read_in_two_ways_is_not_stored(path: str) -> None:
    assert not cached(f"https://cdn.{DOMAIN}{path}", kind="text/css")


@pytest.mark.parametrize("path", ["/team/anna%20b.png", "/team/anna%20b%20c.png"])
def test_a_space_in_the_name_of_an_image_is_no_trouble(path: str) -> None:
    assert cached(f"https://images.{DOMAIN}{path}", kind="image/png")


@pytest.mark.parametrize(
    "path", ["//reports", "/x/../reports", "/./reports", "/reports/..", "/%72eports", "/r\u00e9ports"]
)
@pytest.mark.parametrize("key", ["private_prefixes", "public_html_paths"])
def test_a_path_that_the_rules_never_see_is_refused_because_it_would_protect_nothing(path: str, key: str) -> None:
    closed = replace(POLICY, public_html_paths=(), public_api_prefixes=())
    (problem,) = edge_problems(replace(closed, **{key: (path,)}))  # type: ignore[arg-type]  # fields by name
    assert normalise_path(path) in problem.fix
    assert not edge_problems(replace(closed, private_prefixes=("/reports", "/Reports/2")))


@pytest.mark.parametrize("end", ["%C3%BCber", "a;b", "a%26b", "a%20b%20c%20d", "a+", "a."])
def test_a_public_path_that_would_never_be_cached_is_refused(end: str) -> None:
    pages, prefixes = (f"/{end}/x",), (f"/api/public/{end}/x",)
    (page,) = edge_problems(replace(POLICY, public_html_paths=pages))
    (prefix,) = edge_problems(replace(POLICY, public_html_paths=(), public_api_prefixes=prefixes))
    assert "never be cached" in page.fix == prefix.fix
    assert not edge_problems(replace(POLICY, private_prefixes=pages))


@pytest.mark.parametrize(
    "path", ["/robots.txt", "/sitemap.xml", "/feed.RSS", "/openapi.json", "/a.pdf", "/b.ics", "/c.csv"]
)
def test_a_public_page_that_is_none_by_its_name_is_refused_since_its_type_is_never_stored(path: str) -> None:
    (problem,) = edge_problems(replace(POLICY, public_html_paths=(path,)))
    assert (problem.value, "text/html" in problem.allowed) == (path, True)
    for page in ("/faq.html", "/v1.2", "/st.louis", "/robots", "/index.php", "/favicon.ico"):
        assert not edge_problems(replace(POLICY, public_html_paths=(page,)))
