"""What belongs to somebody: requests whose response is never cached, and responses that are never stored."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from bailbondpro.edge.cache_classes import (
    IMAGES_FOLDER,
    api_hosts,
    image_hosts,
    static_hosts,
)
from bailbondpro.edge.cache_control import LIFETIME_FORMS, OPEN_CONTROLS, TARGETED_FORMS
from bailbondpro.edge.content_types import other_type, static, without_type
from bailbondpro.edge.language.expressions import (
    AllIn,
    And,
    AnyOf,
    Contains,
    Equals,
    Expression,
    IsIn,
    Not,
    Or,
    StartsWith,
    StatusIn,
    Wildcard,
)
from bailbondpro.edge.language.fields import (
    COOKIE,
    HOST,
    METHOD,
    PARAMETER_NAMES,
    PATH,
    QUERY,
    REQUEST_HEADER_NAMES,
    RESPONSE_HEADER_NAMES,
    Lower,
    LowerEach,
    ResponseHeader,
    Without,
    WithoutEach,
)
from bailbondpro.edge.language.lines import Repeated
from bailbondpro.edge.policy import (
    FILE_QUERY,
    HARMLESS_COOKIES,
    HARMLESS_HEADERS,
    HARMLESS_QUERY,
    HARMLESS_RESPONSE_HEADERS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bailbondpro.edge.policy import EdgePolicy

_PLAIN = f"{string.ascii_letters}{string.digits}!#$%&'()*+-./:<=>?@[]^_`{{|}}~"
"""What a cookie is made of (RFC 6265, 4.1.1, cookie-octet), with the brackets and the `=` that some values have."""
_NO_PROPERTY = Without(COOKIE, f"{string.ascii_uppercase}{string.digits}.$")
_OF_A_PROPERTY = ("_ga_=", "_ga_=sogtjlh")
"""What is left of a session of Google Analytics 4 without the property (`G-ABC123`) and the numbers of its value, of
both versions: `_ga_ABC123=GS1.1.17.1.0.17.0.0.0` and `_ga_ABC123=GS2.1.s17$o1$g0$t17$j60$l0$h0` (Google Analytics docs,
Cookie usage; unverified). A token of capitals and digits that is named like it cannot be told from it."""
_NO_SITE = Without(COOKIE, f"{string.digits}abcdef.")
_OF_A_SITE = (("_pk_id.", "_pk_i="), ("_pk_ses.", "_pk_ss="))
"""Matomo's cookies end with a number and a hash (Matomo FAQ, Which cookies does Matomo create; unverified): how they
begin, and what is left of their names without such an end."""

_DIGITS = string.digits
_WORDS = f"{string.ascii_lowercase}-, "

ODD_PARTS = (
    # path parameters (RFC 3986, 3.3), which some servers drop: `/x/..;/uploads/id.png` is then `/uploads/id.png`
    ";",
    # what normalisation resolves: should rules see a path as it was received, it must not hide another
    *("//", "\\"),
    # dot segments; dots and spaces at an end of one, which servers trim, `+` where they read a path like a form
    *("./", "/%20", "%20/", "/+", "+/"),
)
"""Parts of a path that are no escape, or an allowed one, and that an origin may read as something else."""

TRANSFORMATION_PREFIX = "/cdn-cgi/"
"""Cloudflare's own paths; below them an image transformation names its source, as a path or as a URL."""

CREDENTIAL_HEADERS = (
    *("authoriz", "authent", "auth-", "x-auth", "key", "token", "secret", "session", "-sid", "jwt", "signature"),
    *("hmac", "credential", "cookie2", "-cookie", "srf", "passw", "-otp", "bearer", "ticket", "dpop", "nonce"),
    *("login", "cert", "oidc", "principal", "identity", "consumer", "imperson", "cf-access", "mail", "-role"),
    *("tenant", "-account", "x-user", "i-user", "d-user", "e-user"),
)
"""Parts of the names of headers that sign a request in or say who sends it: Authorization and its forwarded forms,
X-Api-Key and its relatives, X-Auth-Token, X-CSRF, X-Amz-Security-Token, Signature (RFC 9421), DPoP (RFC 9449), client
certificates (RFC 9440), and what authenticating proxies write (X-Forwarded-User, X-MS-CLIENT-PRINCIPAL). None of them
is part of what a browser sends for a page: neither User-Agent nor Sec-Fetch-User has one of the last five."""

TARGETED_HEADERS = ("cdn-cache-control", "cloudflare-cdn-cache-control")
"""Headers that say what Cloudflare shall do, before Cache-Control (Cloudflare docs, CDN-Cache-Control; RFC 9213)."""

STORABLE_STATUSES = (200, 304)
"""Statuses whose response may be stored: an error or a redirect must not live for a class's year, and no part of a file
may be taken for the file. 304 renews what is stored."""


FORBIDDING = ("priv", "store", "cach")
"""Parts of a Cache-Control that forbid a copy, as they are meant and as they are misspelt: private, no-store, no-cache,
`no_store`, `no store`, `nocache`. No directive that allows one has a part of them (RFC 9111, 5.2.2; RFC 8246)."""


def credentials(policy: EdgePolicy) -> Expression:
    """The request says who sends it: in a header, or by a session cookie."""
    return Or(
        (
            *(AnyOf(REQUEST_HEADER_NAMES, "contains", part) for part in CREDENTIAL_HEADERS),
            *(Contains(Lower(COOKIE), name.lower()) for name in policy.session_cookie_names),
        )
    )


def unknown_query(policy: EdgePolicy) -> tuple[Expression, ...]:
    """The query has a parameter that is not known to be harmless, in one way or another of reading it.

    What signs a request in has too many names: signatures of clouds, tokens, one-time codes, tickets, links of mails.
    Names are compared as they are written, so another case, an escape, `a[]` or a `+` makes another name; what some
    servers divide at besides `&`, or find only once they have decoded a value, makes the whole query unknown.
    """
    asked = Not(Equals(QUERY, ""))
    files = IsIn(HOST, tuple(dict.fromkeys((*static_hosts(policy), *image_hosts(policy)))))
    return (
        *(Contains(QUERY, part) for part in ("%", ";")),
        And((asked, Not(AllIn(PARAMETER_NAMES, HARMLESS_QUERY)))),
        And((files, asked, Not(AllIn(PARAMETER_NAMES, FILE_QUERY)))),
    )


def odd_path() -> Expression:
    """The path can be read as another one: it has an escape that is no space inside of a name, or one of `ODD_PARTS`.

    What an escape stands for nobody can list: overlong forms, controls, and the many characters that Unicode's
    compatibility forms, a change of case or an accent-blind comparison turn into ASCII (UAX 15, UAX 44). So every
    escape counts, but for one or two of a space, which no reading removes from the middle of a name; as with cookies,
    the rule language of every plan can look at no more. Letters beyond ASCII are always escaped (RFC 3986, 2).
    """
    one = And((Contains(PATH, "%20"), Not(Wildcard(PATH, "*%*%*"))))
    two = And((Wildcard(PATH, "*%20*%20*"), Not(Wildcard(PATH, "*%*%*%*"))))
    escaped = And((Contains(PATH, "%"), Not(one), Not(two)))
    return Or((escaped, *(Contains(PATH, part) for part in ODD_PARTS)))


def other_source() -> Iterator[Expression]:
    """The path is a transformation whose source may be the address of another host, or is one once more.

    A source may be a whole URL (Cloudflare docs, Images, Transform via URL; read 2026-11-30): the image host would keep
    what any route of any host answers. Normalised, `https://` is `https:/`, and of `//host/` a folder with a dot is
    left, which no name of ours needs. An escape of either is odd by itself.
    """
    yield from (Wildcard(PATH, f"{TRANSFORMATION_PREFIX}{rest}") for rest in ("*:*", "*.*/*", "*/cdn-cgi/*"))


def unknown_input(policy: EdgePolicy) -> Expression:
    """A request for the application or the API carries cookies or headers that are not known to be harmless.

    The rule language of every plan cannot look at each cookie by itself, so one or two are looked at: the first begins
    the header, the second follows the only semicolon. Whoever carries more gets the page from the origin. So does who
    has in one what some server may divide at: a comma (RFC 2109, 4.4), white space, a control character, a quote.
    """
    plain = IsIn(Without(COOKIE, _PLAIN), ("", "; "))
    first = Or((*(StartsWith(COOKIE, name) for name in HARMLESS_COOKIES), *_first_of_a_form()))
    second = Or((*(Contains(COOKIE, f"; {name}") for name in HARMLESS_COOKIES), *_second_of_a_form()))
    cookies = Or((Equals(COOKIE, ""), And((plain, first, Or((Not(Contains(COOKIE, ";")), second))))))
    harmless = And((cookies, AllIn(REQUEST_HEADER_NAMES, HARMLESS_HEADERS)))
    return And((IsIn(HOST, tuple(dict.fromkeys(api_hosts(policy)))), Not(harmless)))


def _first_of_a_form() -> Iterator[Expression]:
    """The first cookie is one of measurement whose name ends with the identifier of a property or a site.

    Without the characters of an identifier nothing may be left of it: `_ga_sess=` leaves its letters.
    """
    yield from (And((StartsWith(COOKIE, begin), StartsWith(_NO_SITE, left))) for begin, left in _OF_A_SITE)
    yield And((Wildcard(COOKIE, "_ga_*=GS*.*", strict=True), IsIn(_NO_PROPERTY, _OF_A_PROPERTY)))
    left = Or(tuple(StartsWith(_NO_PROPERTY, f"{value}; ") for value in _OF_A_PROPERTY))
    yield And((Wildcard(COOKIE, "_ga_*=GS*.*; *", strict=True), left))


def _second_of_a_form() -> Iterator[Expression]:
    """The same of what follows the only semicolon."""
    yield from (And((Contains(COOKIE, f"; {begin}"), Contains(_NO_SITE, f"; {left}"))) for begin, left in _OF_A_SITE)
    left = Or(tuple(Wildcard(_NO_PROPERTY, f"*; {value}", strict=True) for value in _OF_A_PROPERTY))
    yield And((Wildcard(COOKIE, "*; _ga_*=GS*.*", strict=True), left))


def private_path(policy: EdgePolicy) -> Expression:
    """The path is private in any case of letters, or an image transformation whose source names a private path.

    What an origin may read as a private path is `odd_path`.
    """
    return Or((*_at(policy.all_private_prefixes()), *private_image(policy)))


def private_image(policy: EdgePolicy) -> tuple[Expression, ...]:
    """The path on an image host is that of a private image, which the application has below its folder of images."""
    shown = tuple(
        "/" if IMAGES_FOLDER.startswith(prefix) else prefix.removeprefix(IMAGES_FOLDER.rstrip("/"))
        for prefix in policy.all_private_prefixes()
        if IMAGES_FOLDER.startswith(prefix) or prefix.startswith(IMAGES_FOLDER)
    )
    return (And((IsIn(HOST, image_hosts(policy)), Or(_at(shown)))),) if shown else ()


def _at(prefixes: tuple[str, ...]) -> tuple[Expression, ...]:
    """The path begins with one of several, or is an image transformation whose source has one."""
    sources = Or(tuple(Contains(Lower(PATH), prefix) for prefix in prefixes))
    return (
        *(StartsWith(Lower(PATH), prefix) for prefix in prefixes),
        And((StartsWith(Lower(PATH), TRANSFORMATION_PREFIX), sources)),
    )


def unstorable_response() -> Expression:
    """The response is somebody's, or no plain success of a read, or says to caches of this kind what no form has.

    Whatever forbids a copy is no form of a lifetime: private, no-store, no-cache, however it is misspelt.
    """
    # A build says nothing to caches of this kind: who does that of a file is no build, and is not understood either.
    spoken = And((static(), targeted()))
    unknown = Not(And((AllIn(RESPONSE_HEADER_NAMES, HARMLESS_RESPONSE_HEADERS), Not(spoken))))
    written = Not(IsIn(METHOD, ("GET", "HEAD")))
    open_ended = (And((_has(header), Not(_lifetime_of(header, TARGETED_FORMS)))) for header in TARGETED_HEADERS)
    return Or((*_for_some(), written, unknown, *open_ended, _without_age(), without_type()))


def _without_age() -> Expression:
    """No Cache-Control names a lifetime, and another header does, or a page or data says anything but `public`.

    What Expires says would be overruled: by a rule's lifetime, or by the default one where it is not read at all.
    """
    control = LowerEach(ResponseHeader("cache-control"))
    other = And((Not(static()), AnyOf(control, "ne", "public")))
    return And((Not(AnyOf(control, "contains", "age=")), Or((_has("expires"), other))))


def targeted() -> Expression:
    """The response has a header for caches of this kind alone; a lifetime that a rule imposes would overrule it."""
    return Or(tuple(_has(header) for header in TARGETED_HEADERS))


def leaves_lifetime_open(*, public: bool) -> Expression:
    """The response does not say for how long or under which condition it may be kept: the guide's lifetime is meant.

    Args:
        public: it has to say `public`, as pages and data have to.
    """
    said = (*(_has(header) for header in ("expires", "pragma")), targeted())
    has, control = _has("cache-control"), LowerEach(ResponseHeader("cache-control"))
    allowed = ("public",) if public else OPEN_CONTROLS
    # of a list without an element nothing is asked: whether all of none are something, the documents do not say
    known = And((has, AllIn(control, allowed)))
    return And((known if public else Or((Not(has), known)), Not(Or(said))))


def says_only(value: str) -> Expression:
    """Every Cache-Control header of the response is this one, and there is no targeted one."""
    control = LowerEach(ResponseHeader("cache-control"))
    return And((AnyOf(control, "eq", value), Not(Or((AnyOf(control, "ne", value), targeted())))))


def personal_response() -> Expression:
    """The response is not for everybody: a cookie, private, no-store, no-cache, a Vary on more than the encoding.

    Nor is one that is no plain success. For rules that give a lifetime, which exclude targeted headers besides.
    """
    control = LowerEach(ResponseHeader("cache-control"))
    said = (AnyOf(control, "contains", part) for part in FORBIDDING)
    return Or((AnyOf(RESPONSE_HEADER_NAMES, "contains", "set-cookie"), *said, *_for_some()))


def _for_some() -> tuple[Expression, ...]:
    """The response has a Vary on more than the encoding, or is no plain success."""
    varies = AnyOf(LowerEach(ResponseHeader("vary")), "ne", "accept-encoding")
    return (varies, Not(StatusIn(STORABLE_STATUSES)))


def other_response() -> Expression:
    """The response does not say that it is what its path promises, or not in known words that it may be kept.

    An application that ignores the end of a path answers `/dashboard/x.css` with somebody's dashboard. Cloudflare's
    Cache Deception Armor looks for that too, but by its documentation an Edge TTL may override it, it lets
    `application/octet-stream` pass, and nothing is said of a response without a type: this rule needs none of it.
    Nor is a page data or a document, or the API's data a page: an application that heeds Accept, or makes files, may
    answer one path with either. A 304 names no type (RFC 9110, 15.4.5); it renews what was stored under this rule.
    """
    return Or((And((Not(StatusIn((304,))), other_type())), _unknown_control()))


def _unknown_control() -> Expression:
    """A Cache-Control is none that is known to allow a copy, for so many seconds or with the lifetime open."""
    open_ended = AllIn(LowerEach(ResponseHeader("cache-control")), OPEN_CONTROLS)
    return And((_has("cache-control"), Not(Or((open_ended, _lifetime_of("cache-control", LIFETIME_FORMS))))))


def _lifetime_of(header: str, forms: tuple[str, ...]) -> Expression:
    """The one line of a header says for how many whole seconds, and nothing that is in no form.

    Of two lines with two lifetimes caches take either, whichever is longer (RFC 9111, 4.2.1).

    No rule reads a number. But without its digits a header is one of few forms, in which nothing can stand where they
    stood: of `max-age=5m`, `max-age=-1` or `max-age="60"` something is left that no form has. Where no digit stood a
    value is empty; a digit elsewhere makes another name, as in `5max-age=60`, which may stand behind a lifetime alone.
    """
    said = ResponseHeader(header)
    control = LowerEach(said)
    amiss = (AnyOf(said, "contains", "=,"), AnyOf(said, "wildcard", "*="), Repeated(header))
    named = AnyOf(WithoutEach(control, _WORDS), "wildcard", "=*")
    return And((AllIn(WithoutEach(control, _DIGITS), forms), named, Not(Or(amiss))))


def _has(header: str) -> Expression:
    return AnyOf(RESPONSE_HEADER_NAMES, "eq", header)
