import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.protocol import elsewhere
from sandbox.protocol.packages import (
    Environment,
    UnusableEnvironmentError,
    packages,
    tokens,
    unknown_package,
    use_environment,
)
from sandbox.protocol.schema import SchemaOracle, derive
from sandbox.protocol.sdk_types import component
from tests.support.fake_sdk import installed

THING = "lamp:index/thing:Thing"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path of modules."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("BBP_CACHE_DIR", str(tmp_path / "cache"))
    use_environment(None)
    yield tmp_path
    monkeypatch.undo()
    for name in [name for name in sys.modules if name.startswith("pulumi_lamp")]:
        del sys.modules[name]
    use_environment(None)


def test_an_sdk_is_found_by_its_plugin_file_and_not_imported(path: Path) -> None:
    installed(path)
    assert packages()["lamp"].version == "1.2.3"
    assert tokens("lamp") == ("lamp:index/thing:Thing", "lamp:index:Composed")
    assert "pulumi_lamp" not in sys.modules


def test_the_first_sdk_on_the_path_wins(path: Path) -> None:
    installed(path / "second", version="2.0.0")
    installed(path / "first", version="1.0.0")
    sys.path[:0] = [str(path / "first"), str(path / "second")]
    use_environment(None)
    assert packages()["lamp"].version == "1.0.0"


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"name": "lamp", "version": "1.0.0", "resource": false}', '{"version": "1"}']
)
def test_a_plugin_file_that_describes_no_provider_is_passed_over(path: Path, text: str) -> None:
    (installed(path) / "pulumi-plugin.json").write_text(text)
    assert "lamp" not in packages()


def test_a_package_that_a_general_plugin_serves_keeps_its_own_name(path: Path) -> None:
    installed(path, "carrier", "0.9.0", parameterization={"name": "lamp", "version": "3.1.0", "value": "e30="})
    package = packages()["lamp"]
    assert (package.version, package.serves) == ("3.1.0", "carrier")


@pytest.mark.usefixtures("path")
def test_a_missing_package_is_named_with_the_way_on() -> None:
    assert tokens("lamp") == ()
    assert "pip install pulumi_lamp" in unknown_package("lamp")


def test_outputs_say_what_a_resource_always_has(path: Path) -> None:
    installed(path)
    schema = derive(THING)
    assert schema.present == ("endpoints", "name", "readyAt", "size")
    assert schema.outputs["endpoints"] == {"list": {"ref": "pulumi_lamp.thing.Endpoint"}}
    assert schema.returned["pulumi_lamp.thing.Endpoint"] == {"host": {"kind": "string"}, "note": {"kind": "string"}}
    assert schema.outputs["remark"] == {"kind": "any"}


def test_components_are_told_from_resources(path: Path) -> None:
    installed(path)
    assert component("lamp:index:Composed")
    assert not component(THING)


def test_the_sdks_of_another_environment_are_read_by_its_own_interpreter(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = path / "its-own"
    installed(folder)
    here = tuple(entry for entry in sys.path if entry)
    starts = f"import sys; sys.path[:0] = {[str(folder), *here]!r}; "
    monkeypatch.setattr(elsewhere, "_START", starts + elsewhere._START)
    monkeypatch.setattr(
        "sandbox.protocol.packages._asked", lambda interpreter: Environment(interpreter, (str(folder), *here))
    )
    use_environment(Path(sys.executable))
    schema = SchemaOracle().get(THING)
    assert schema is not None
    assert schema.present == ("endpoints", "name", "readyAt", "size")
    assert "pulumi_lamp" not in sys.modules
    assert SchemaOracle().get("lamp:index/thing:Nothing") is None


def test_the_environment_of_this_process_needs_no_other_interpreter() -> None:
    use_environment(Path(sys.executable))
    assert "aws" in packages()
    use_environment(None)


def test_an_interpreter_that_does_not_start_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableEnvironmentError, match="no-python"):
        use_environment(tmp_path / "no-python")
