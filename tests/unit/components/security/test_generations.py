from __future__ import annotations

import pytest

from components.security.certificate import SelfSignedCertificate, SelfSignedCertificateArgs
from components.security.generations import Generations, of_generation, renewal_hours
from components.security.private_certificate import PrivateCertificate, PrivateCertificateArgs
from tests.support.recording import Recording, record

KEY = "tls:index/privateKey:PrivateKey"


@pytest.mark.parametrize(
    ("newest", "retired", "says"),
    [(1, 2, "or one more, not 1"), (3, 1, "or one more, not 3"), (1, 0, "starts at 1, not 0")],
)
def test_more_than_two_generations_or_none_are_refused(newest: int, retired: int, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Generations(newest=newest, retired_before=retired)


def test_the_first_generation_has_the_names_that_it_always_had() -> None:
    assert [of_generation("own", number) for number in Generations(newest=2).valid] == ["own-2", "own"]


def test_a_short_certificate_is_renewed_in_its_second_half_and_a_long_one_two_years_before() -> None:
    assert renewal_hours(7 * 24) == 84
    assert renewal_hours(15 * 365 * 24) == renewal_hours(5 * 365 * 24) == 17_520


def private(newest: int, retired: int) -> Recording:
    def build() -> dict[str, object]:
        args = PrivateCertificateArgs(
            common_name="pgbouncer",
            dns_names=("pgbouncer",),
            generations=Generations(newest=newest, retired_before=retired),
            protect=True,
        )
        made = PrivateCertificate("own", args)
        return {"shown": made.certificate_pem, "trusted": made.authority_pem, "ends": [one.name for one in made.ends]}

    return record(build)


def test_a_server_of_two_generations_shows_the_older_one_to_clients_that_trust_both() -> None:
    before, between, after = private(1, 1).result, private(2, 1).result, private(2, 2).result
    assert between["shown"] == before["shown"]
    assert between["trusted"] == after["trusted"] + before["trusted"]
    assert {*between["ends"]} == {"own-authority", "own-certificate", "own-2-authority", "own-2-certificate"}


def test_a_server_whose_older_generation_is_retired_shows_the_newer_one() -> None:
    before, after = private(1, 1).result, private(2, 2)
    assert after.result["shown"] != before["shown"]
    assert {item.name for item in after.of_type(KEY)} == {"own-2-key", "own-2-authority-key"}


def test_only_the_newest_generations_keys_are_protected() -> None:
    protected = {item.name for item in private(2, 1) if item.protect}
    assert protected == {"own-2-key", "own-2-authority-key"}


def test_another_generation_of_a_self_signed_certificate_is_another_key() -> None:
    args = SelfSignedCertificateArgs(domain="example.org", generation=3)
    names = {item.name for item in record(lambda: SelfSignedCertificate("own", args)) if item.custom}
    assert names == {"own-3-key", "own-3-certificate"}
