"""The origin's half: the guide's headers, image addresses, and the Cache-Control header."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from bailbondpro.edge.cache_control import CacheControl
from bailbondpro.edge.cache_rules import Directive
from bailbondpro.edge.exchange import Request, Response
from bailbondpro.edge.explain import explain
from bailbondpro.edge.origin import guide_headers, image_url
from bailbondpro.edge.policy import CdnHosts, EdgePolicy, ImagePolicy
from bailbondpro.edge.security import firewall_rules

DOMAIN = "bailbondpro.com"
POLICY = EdgePolicy(domain=DOMAIN, hosts=CdnHosts.under(DOMAIN), session_cookie_names=("session",))


def test_the_guide_s_headers_are_built_from_the_class() -> None:
    assert guide_headers(POLICY, "html") == {
        "Cache-Control": "public, max-age=3600, stale-while-revalidate=300",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "https://images.bailbondpro.com/office/front.png"),
        ({"image_format": "png"}, "https://images.bailbondpro.com/office/front.png"),
        ({"width": 640}, "https://images.bailbondpro.com/office/front.png?w=640&f=auto"),
        (
            {"width": 320, "quality": 80, "image_format": "webp"},
            "https://images.bailbondpro.com/office/front.png?w=320&q=80&f=webp",
        ),
        ({"width": 320, "image_format": "png"}, "https://images.bailbondpro.com/office/front.png?w=320&f=png"),
    ],
)
def test_an_image_address_names_its_rendition(options: dict[str, object], url: str) -> None:
    assert image_url(POLICY, "office/front.png", **options) == url  # type: ignore[arg-type]  # the table mixes types


def test_only_the_policy_s_renditions_may_be_made() -> None:
    with pytest.raises(ValueError, match=r"width 321 .*; height 200 .*; quality 95 "):
        image_url(POLICY, "/a.png", width=321, height=200, quality=95)
    with pytest.raises(ValueError, match="need a width"):
        image_url(POLICY, "/a.png", quality=80)
    with pytest.raises(ValueError, match="can be transformed"):
        image_url(POLICY, "/favicon.ico", width=320)
    off = dataclasses.replace(POLICY, images=ImagePolicy(enabled=False))
    with pytest.raises(ValueError, match="switched off"):
        image_url(off, "/a.png", width=320)


@pytest.mark.parametrize(
    "options",
    [{"width": 320}, {"width": 1600, "quality": 60, "image_format": "avif"}, {"image_format": "webp"}],
)
def test_the_edge_lets_through_every_address_that_is_made(options: dict[str, object]) -> None:
    url = image_url(POLICY, "/a.png", **options)  # type: ignore[arg-type]  # the table mixes types
    found = explain(POLICY, Request.of(url), Response.of(200, {"Content-Type": "image/webp"}))
    assert found.blocked_by is None
    assert found.cacheable


@pytest.mark.parametrize(
    "options",
    ["width=320", "w=321", "h=20,w=320", "w=320,blur=9", "w=320,dpr=3", "w=320,q=61", "q=80", "f=auto,w=5", "fit=pad"],
)
def test_the_edge_blocks_transformations_that_are_not_listed(options: str) -> None:
    for prefix in ("cdn-cgi", "CDN-CGI"):
        request = Request.of(f"https://images.{DOMAIN}/{prefix}/image/{options}/a.png")
        assert explain(POLICY, request, Response()).blocked_by == "renditions"


def test_without_transformations_there_is_no_rule_for_them() -> None:
    off = dataclasses.replace(POLICY, images=ImagePolicy(enabled=False))
    assert "renditions" not in {rule.ref for rule in firewall_rules(off)}


def test_a_path_cannot_smuggle_options_into_an_image_address() -> None:
    url = image_url(POLICY, "/a,width=9999 b?.png", width=320)
    assert url == "https://images.bailbondpro.com/a%2Cwidth%3D9999%20b%3F.png?w=320&f=auto"


def test_directives_of_several_headers_are_read_as_one() -> None:
    control = CacheControl.parse(["Public, MAX-AGE=60", 'max-age=5, private="set-cookie", x'])
    assert control.seconds("max-age") == 60
    assert control.has("private")
    assert control.shareable


@pytest.mark.parametrize("value", ["max-age=-1", "max-age=ten", "max-age", "max-age=1.5"])
def test_a_lifetime_that_is_no_number_counts_as_absent(value: str) -> None:
    assert CacheControl.parse([value]).edge_ttl is None


def test_a_directive_is_set_in_place_of_the_old_one_and_removed() -> None:
    control = CacheControl.parse(["public, s-maxage=5, max-age=1"])
    changed = control.changed(Directive(name="max_age", value=9)).changed(
        Directive(name="s_maxage", operation="remove")
    )
    assert changed.render() == "public, max-age=9"


def test_the_pure_modules_import_no_pulumi() -> None:
    declared, language = ("args", "settings"), ("explain", "proof.leaks", "origin", "problems", "readback")
    imports = ", ".join(
        [f"components.cdn.{name}" for name in declared] + [f"bailbondpro.edge.{name}" for name in language]
    )
    code = f"import sys, {imports}; sys.exit(any(name.startswith('pulumi') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
