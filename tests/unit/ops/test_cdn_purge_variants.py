"""A purge of one URL with its copies for pages of the stack's other hosts."""

from __future__ import annotations

import pytest

from bailbondpro.edge.policy import CdnHosts, EdgePolicy
from ops.answers.cdn.api import _file
from ops.answers.cdn.error import CdnError
from ops.answers.cdn.purge import wanted

DOMAIN = "bailbondpro.com"
POLICY = EdgePolicy(domain=DOMAIN, hosts=CdnHosts.under(DOMAIN), session_cookie_names=("session",))
URL = f"https://cdn.{DOMAIN}/static/font.woff2"


def test_a_url_is_purged_with_the_copy_of_each_host_whose_pages_load_it() -> None:
    asked = wanted(POLICY, paths=(URL,), with_variants=True)
    assert asked.values == (URL, f"{URL} Origin: https://{DOMAIN}", f"{URL} Origin: https://api.{DOMAIN}")
    assert wanted(POLICY, paths=(URL,)).values == (URL,)


def test_a_page_has_no_copy_for_its_own_host() -> None:
    asked = wanted(POLICY, paths=(f"https://{DOMAIN}/pricing",), with_variants=True)
    assert asked.values[1:] == (f"https://{DOMAIN}/pricing Origin: https://api.{DOMAIN}",)


def test_a_copy_is_asked_for_with_the_header_that_makes_it() -> None:
    assert _file(URL) == {"url": URL}
    assert _file(f"{URL} Origin: https://{DOMAIN}") == {"url": URL, "headers": {"Origin": f"https://{DOMAIN}"}}


def test_every_other_form_takes_all_copies_without_being_told() -> None:
    with pytest.raises(CdnError, match="--variants goes with --path"):
        wanted(POLICY, tags=("html",), with_variants=True)
