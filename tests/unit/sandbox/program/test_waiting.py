"""Waiting for outputs one by one shows a program the same as the SDK's own way, in fewer steps."""

from __future__ import annotations

import asyncio
import gc
import re
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import stack
from pulumi.runtime.mocks import Mocks, set_mocks
from pulumi.runtime.settings import SETTINGS, _get_rpc_manager

from sandbox.program import waiting
from tests.support.loops import run as run_loop
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator

WAYS = [pytest.param(waiting._OF_THE_SDK, id="sdk"), pytest.param(waiting.wait_for_rpcs, id="ours")]


class NoCloud(Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return "id", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise AssertionError(args.token)


class Thing(pulumi.CustomResource):
    def __init__(self, name: str, value: pulumi.Input[str] = "") -> None:
        super().__init__("test:index:Thing", name, {"value": value})


def outcome(wait: Callable[[], Awaitable[None]], program: Callable[[], None]) -> str:
    """What a program that is waited for ends with."""

    async def run() -> None:
        set_mocks(NoCloud())
        _get_rpc_manager().clear()
        SETTINGS.outputs.clear()  # what an earlier program that failed has left
        program()
        await wait()

    try:
        run_loop(run())
    except BaseException as error:  # noqa: BLE001 - the kind of error is the answer
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return "done" if not SETTINGS.outputs and not _get_rpc_manager().rpcs else "left something behind"


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """What nobody waited for ends here: inside another test it interrupts whatever that is doing, even a parser."""
    yield
    gc.collect()


def fail(_: object) -> None:
    raise ValueError("no such thing")


def hang() -> None:
    pulumi.Output.from_input(asyncio.get_running_loop().create_future())


def cancelled() -> None:
    task: asyncio.Task[Any] = asyncio.ensure_future(asyncio.sleep(3600))
    pulumi.Output.from_input(task)
    asyncio.get_running_loop().call_soon(task.cancel)


def nested() -> None:
    made: list[str] = []

    def more(depth: int) -> Any:  # noqa: ANN401 - the SDK's types know no output of an output of itself
        made.append(Thing(f"thing-{depth}")._name)
        return pulumi.Output.from_input(depth + 1).apply(more) if depth < 5 else pulumi.Output.from_input(depth)

    pulumi.Output.from_input(0).apply(more).apply(lambda _: None if len(made) == 6 else fail(None))


def nested_failure_beside_a_hanging_one() -> None:
    hang()

    def inner(_: int) -> Any:  # noqa: ANN401 - as above
        return pulumi.Output.from_input(2).apply(fail)

    pulumi.Output.from_input(1).apply(inner)


def refused() -> None:
    waits = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(waits.set_exception, ValueError("not to be had"))
    Thing("good")
    Thing("bad", waits)
    hang()


def plain() -> None:
    pulumi.Output.from_input(1).apply(lambda value: value + 1)


def failing() -> None:
    pulumi.Output.from_input(1).apply(fail)


def failing_beside_a_hanging_one() -> None:
    hang()
    failing()


def cancelled_beside_a_hanging_one() -> None:
    hang()
    cancelled()


@pytest.mark.parametrize("wait", WAYS)
@pytest.mark.parametrize(
    ("program", "end"),
    [
        (plain, "done"),
        (nested, "done"),
        (failing, "ValueError: no such thing"),
        (failing_beside_a_hanging_one, "ValueError: no such thing"),
        (nested_failure_beside_a_hanging_one, "ValueError: no such thing"),
        (cancelled, "CancelledError: "),
        (cancelled_beside_a_hanging_one, "CancelledError: "),
        (refused, "ValueError: While processing resource: 'bad', type: 'test:index:Thing'"),
    ],
)
def test_a_program_ends_as_it_does_with_the_sdks_way(
    program: Callable[[], None], end: str, wait: Callable[[], Awaitable[None]]
) -> None:
    assert outcome(wait, program) == end


@pytest.mark.parametrize("wait", WAYS)
def test_a_program_that_hangs_is_waited_for(wait: Callable[[], Awaitable[None]]) -> None:
    async def run() -> bool:
        SETTINGS.outputs.clear()
        hang()
        task = asyncio.ensure_future(wait())
        for _ in range(100):
            await asyncio.sleep(0)
        still = not task.done()
        task.cancel()
        SETTINGS.outputs.clear()
        return still

    assert run_loop(run())


@pytest.mark.parametrize("wait", WAYS)
def test_a_wait_that_is_dropped_after_its_loop_was_closed_ends_without_a_word(
    wait: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    loop = asyncio.new_event_loop()
    never = loop.create_future()
    SETTINGS.outputs.clear()
    SETTINGS.outputs.add(never)
    _get_rpc_manager().clear()
    waits = wait()

    async def begin() -> None:
        waits.send(None).add_done_callback(lambda _: None)  # a task's first step: it is woken by what it waits for

    loop.run_until_complete(begin())
    loop.close()
    waits.close()
    assert not never.done()
    SETTINGS.outputs.clear()


def looks(wait: Callable[[], Awaitable[None]], count: int) -> int:
    """How often a done-callback is hung on one of so many outputs that become known one after the other."""
    hung = 0

    class Counted(asyncio.Future[int]):
        def add_done_callback(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - asyncio's own
            nonlocal hung
            hung += 1
            super().add_done_callback(*args, **options)

    async def run() -> None:
        futures = [Counted() for _ in range(count)]
        SETTINGS.outputs.clear()
        SETTINGS.outputs.update(futures)
        task = asyncio.ensure_future(wait())
        for future in futures:
            for _ in range(5):
                await asyncio.sleep(0)
            future.set_result(1)
        await task

    run_loop(run())
    return hung


def test_the_looks_at_outputs_grow_with_their_number_and_not_with_its_square() -> None:
    assert looks(waiting.wait_for_rpcs, 100) <= 3 * 100
    assert looks(waiting._OF_THE_SDK, 100) > 1_000, (
        "the SDK waits in linear time now: remove sandbox/program/waiting.py and where it is used"
    )


def test_our_way_stands_while_a_program_runs_and_no_longer() -> None:
    assert waiting.needed()
    with waiting.outputs_awaited_once():
        assert stack.wait_for_rpcs is waiting.wait_for_rpcs
    assert stack.wait_for_rpcs is waiting._OF_THE_SDK


async def _repaired(await_all_outstanding_tasks: bool = True) -> None:
    if await_all_outstanding_tasks:
        await asyncio.wait(SETTINGS.outputs, return_when=asyncio.ALL_COMPLETED)


def test_an_sdk_that_no_longer_waits_for_the_first_of_all_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_OF_THE_SDK", _repaired)
    assert not waiting.needed()
    before = stack.wait_for_rpcs
    with waiting.outputs_awaited_once():
        assert stack.wait_for_rpcs is before


def test_an_sdk_that_ours_was_not_compared_with_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "version", lambda _: "3.999.0")
    assert not waiting.needed()
    with waiting.outputs_awaited_once():
        assert stack.wait_for_rpcs is waiting._OF_THE_SDK


def test_the_pinned_sdk_is_one_that_was_compared() -> None:
    pinned = re.search(r'"pulumi==([\d.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert pinned is not None
    assert pinned[1] in waiting.COMPARED, "run these tests with the new SDK, then add its version to COMPARED"
