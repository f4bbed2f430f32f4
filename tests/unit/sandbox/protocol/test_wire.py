from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandbox.protocol.wire import (
    OUTPUT_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN,
    UNKNOWN_SENTINEL,
    Secret,
    decode,
    encode,
    has_secret,
    has_unknown,
    unwrap,
    without_nulls,
)

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text().filter(lambda text: text != UNKNOWN_SENTINEL),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(min_size=1), plain, max_size=5).filter(lambda values: SIGNATURE_KEY not in values))
def test_plain_values_survive_the_wire(values: dict[str, Any]) -> None:
    assert decode(encode(values)) == values


def test_a_secret_stays_a_secret_at_any_depth() -> None:
    sent = {"a": [{"password": Secret("s3cret")}], "b": 1}
    received = decode(encode(sent))
    assert received == sent
    assert has_secret(received)
    assert unwrap(received) == {"a": [{"password": "s3cret"}], "b": 1}


def test_an_unknown_is_recognised_inside_a_secret() -> None:
    received = decode(encode({"url": Secret(UNKNOWN)}))
    assert has_unknown(received)
    assert received["url"].value is UNKNOWN


def test_an_output_value_without_a_value_is_unknown() -> None:
    assert decode(encode({"x": {SIGNATURE_KEY: OUTPUT_SIGNATURE}}))["x"] is UNKNOWN


def test_an_output_value_can_be_secret() -> None:
    sent = {"x": {SIGNATURE_KEY: OUTPUT_SIGNATURE, "value": "v", "secret": True}}
    assert decode(encode(sent))["x"] == Secret("v")


def test_whole_numbers_arrive_as_integers_and_others_as_floats() -> None:
    received = decode(encode({"count": 3, "share": 0.5}))
    assert isinstance(received["count"], int)
    assert received == {"count": 3, "share": 0.5}


def test_null_properties_are_absent_to_a_provider() -> None:
    value = {"a": None, "b": {"c": None, "d": 1}, "e": [None, {"f": None}], "g": UNKNOWN}
    assert without_nulls(value) == {"b": {"d": 1}, "e": [None, {}], "g": UNKNOWN}
