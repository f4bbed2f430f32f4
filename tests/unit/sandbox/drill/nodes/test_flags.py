"""What a cluster-autoscaler is told."""

from __future__ import annotations

import pytest

from sandbox.drill.nodes.flags import FlagError, Flags, flags_of


def test_a_flag_that_is_not_given_has_its_documented_default() -> None:
    found = flags_of({})

    assert (found.scan_interval, found.max_node_provision_time, found.scale_down_unneeded_time) == (10, 900, 600)
    assert (found.initial_node_group_backoff, found.max_node_group_backoff) == (300, 1800)
    assert found.expander == ("least-waste",)


def test_flags_are_read_as_a_chart_gives_them() -> None:
    found = flags_of(
        {
            "balance-similar-node-groups": True,
            "expander": "most-pods,least-waste",
            "skip-nodes-with-system-pods": "false",
            "scale-down-unneeded-time": "1h2m3s",
            "scale-down-utilization-threshold": 0.7,
            "max-graceful-termination-sec": 60,
            "ok-total-unready-count": "5",
        }
    )

    assert found.balance_similar_node_groups
    assert found.expander == ("most-pods", "least-waste")
    assert not found.skip_nodes_with_system_pods
    assert found.scale_down_unneeded_time == 3723
    assert found.scale_down_utilization_threshold == 0.7
    assert found.max_graceful_termination == 60
    assert found.ok_total_unready_count == 5


def test_a_flag_that_may_be_given_again_has_an_underscore_behind_its_name() -> None:
    found = flags_of({"balancing-ignore-label_1": "zone-id", "balancing-ignore-label_b": "image"})
    assert found.balancing_ignore_labels == ("zone-id", "image")
    assert found.not_followed == ()


def test_flags_without_an_effect_here_are_named_and_those_of_the_log_are_not() -> None:
    assert flags_of({"v": 4, "scale-down-gpu-utilization-threshold": 0.1}).not_followed == (
        "scale-down-gpu-utilization-threshold",
    )


def test_every_wrong_value_is_reported_with_what_is_allowed() -> None:
    with pytest.raises(FlagError) as error:
        flags_of(
            {
                "expander": "price",
                "scale-down-enabled": "maybe",
                "scan-interval": "ten",
                "max-drain-parallelism": "1x2m",
            }
        )

    text = str(error.value)
    assert "--expander=price: price is not followed here; least-waste, most-pods, least-nodes, random are" in text
    assert "--scale-down-enabled=maybe: true or false is wanted" in text
    assert "--scan-interval=ten: a number or a duration such as 10m is wanted" in text
    assert "--max-drain-parallelism=1x2m: no duration such as 10m or 1m30s" in text


def test_the_defaults_are_those_of_the_dataclass() -> None:
    assert flags_of({}) == Flags()
