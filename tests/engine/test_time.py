"""Time, with the real engine: what waits, what a preview shows meanwhile, and a major upgrade of PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pytest

from ops.answers.clock.time_line import Left, TimeLine, left, moved_and_read, standing
from sandbox.clock.events import Kind
from sandbox.clock.moments import until
from tests.support.engine import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [
    # an update that fails leaves the SDK's program coroutine behind: its clean-up finds no event loop and says so
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
GROUP = "aws:rds/parameterGroup:ParameterGroup"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def server(
    size: str = "large", *, immediately: bool = False, protected: bool = False, storage: int = 100
) -> Callable[[], None]:
    def program() -> None:
        import pulumi_aws as aws

        aws.rds.Instance(
            "primary",
            identifier="acme",
            instance_class=f"db.m7g.{size}",
            engine="postgres",
            engine_version="17",
            allocated_storage=storage,
            username="acme",
            password_wo="not-a-real-one",  # noqa: S106 - no password: the instance is simulated
            password_wo_version=1,
            multi_az=True,
            maintenance_window="sun:04:30-sun:05:00",
            skip_final_snapshot=True,
            apply_immediately=immediately,
            deletion_protection=protected,
        )

    return program


def after(bench: Bench, program: Callable[[], None], target: str = "") -> tuple[Left, TimeLine]:
    """An update, a second preview, and the clock moved where a target is given."""
    with bench.session(program) as session:
        session.up()
        second, _ = session.preview()
        line = standing(session.cloud)
        seen = left(second, line.waiting)
        if target:
            line = moved_and_read(session, line, until(target, session.cloud.now))
        bench.cloud = session.cloud.all()
    return seen, line


def test_a_class_waits_for_sunday_and_the_preview_is_empty_only_then(bench: Bench) -> None:
    bench.up(server())
    seen, line = after(bench, server("xlarge"), "sunday 04:00")
    assert [item.name for item in seen.waiting] == ["primary"]
    assert (seen.defects, line.events) == ((), ())
    assert line.after is not None
    assert [item.name for item in line.after.waiting] == ["primary"]
    seen, line = after(bench, server("xlarge"), "sunday 05:00")
    assert [event.outage.most for event in line.events if event.outage is not None] == [120]
    assert line.after == Left((), ())


def test_a_change_that_is_taken_back_happens_on_sunday_all_the_same(bench: Bench) -> None:
    """terraform-provider-aws issue 8768."""
    bench.up(server())
    bench.up(server("xlarge"))
    seen, line = after(bench, server(), "sunday 05:00")
    assert seen == Left((), ()), "the provider reads the old class: nothing to see, nothing to send"
    assert [str(change) for event in line.events for change in event.changes] == [
        "instanceClass db.m7g.large -> db.m7g.xlarge"
    ]
    assert line.after is not None
    assert [item.name for item in line.after.defects] == ["primary"], "now the class is not the program's"


def test_a_small_change_that_is_applied_immediately_restarts_the_server_for_what_waited(bench: Bench) -> None:
    bench.up(server())
    bench.up(server("xlarge"))
    seen, line = after(bench, server("xlarge", immediately=True, protected=True))
    assert seen == Left((), ())
    [event] = line.at_once
    assert event.kind in {Kind.ASKED, Kind.FLUSHED}
    assert event.outage is not None
    assert line.waiting == ()


def test_storage_that_grows_twice_within_six_hours_is_refused_until_the_clock_has_moved(bench: Bench) -> None:
    bench.up(server(immediately=True))
    bench.up(server(immediately=True, storage=120))
    assert "less than six hours ago" in bench.refusal(server(immediately=True, storage=150))
    after(bench, server(immediately=True, storage=120), "monday 19:00")
    bench.up(server(immediately=True, storage=150))


def upgrade(
    version: str = "17", *, group: str = "17", replica: str = "17", kept: bool = True, allowed: bool = False
) -> Callable[[], None]:
    """A primary and a replica; `group` and `replica` are the versions of their parameter groups."""

    def program() -> None:
        import pulumi_aws as aws

        versions = sorted({group, replica, *(("17",) if kept else ())})
        groups = {
            major: aws.rds.ParameterGroup(f"group-{major}", name=f"acme-{major}", family=f"postgres{major}")
            for major in versions
        }
        primary = aws.rds.Instance(
            "primary",
            identifier="acme",
            instance_class="db.m7g.large",
            engine="postgres",
            engine_version=version,
            allow_major_version_upgrade=allowed,
            allocated_storage=100,
            username="acme",
            password_wo="not-a-real-one",  # noqa: S106 - no password: the instance is simulated
            password_wo_version=1,
            backup_retention_period=7,
            maintenance_window="sun:04:30-sun:05:00",
            parameter_group_name=groups[group].name,
            skip_final_snapshot=True,
        )
        aws.rds.Instance(
            "replica",
            identifier="acme-replica",
            instance_class="db.m7g.large",
            replicate_source_db=primary.identifier,
            parameter_group_name=groups[replica].name,
            skip_final_snapshot=True,
            opts=pulumi.ResourceOptions(ignore_changes=["parameterGroupName"] if allowed else None),
        )

    return program


def test_a_major_upgrade_takes_two_updates_and_one_window(bench: Bench) -> None:
    bench.up(upgrade())
    seen, line = after(bench, upgrade("18", group="18", allowed=True), "sunday 05:00")
    assert [item.name for item in seen.waiting] == ["primary"]
    assert seen.defects == ()
    assert [(event.name, event.kind) for event in line.events] == [("primary", Kind.WINDOW), ("replica", Kind.ALONG)]
    assert line.after == Left((), ())
    seen, line = after(bench, upgrade("18", group="18", replica="18", kept=False))
    assert seen == Left((), ())
    assert [one.name for one in line.waiting] == ["replica"], "its group is read at its next restart"
    assert [item.id for item in bench.objects(GROUP)] == ["acme-18"]


def test_what_an_upgrade_in_one_update_runs_into(bench: Bench) -> None:
    """Amazon RDS User Guide; terraform-provider-aws issue 6448, terraform-aws-modules/terraform-aws-rds issue 94."""
    bench.up(upgrade())
    assert "AllowMajorVersionUpgrade" in bench.refusal(upgrade("18", group="18"))
    assert "needs postgres18" in bench.refusal(upgrade("18", allowed=True)), "the group goes with the version"
    bench.up(upgrade("18", group="18", allowed=True))
    told = bench.refusal(upgrade("18", group="18", replica="18", kept=False))
    assert "becomes 18 in its maintenance window, not before" in told
