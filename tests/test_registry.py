"""The registry: built-ins by path, packages by entry point, files once they are trusted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rowsmith import registry
from rowsmith.core.errors import Conflict, Invalid, NotFound, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.step import Step
from rowsmith.registry import builtin, plugins

SHORT = '''
from __future__ import annotations
from typing import ClassVar
from pydantic import Field
from rowsmith.core.step import Step

class Short(Step):
    """Keeps short rows."""
    kind: ClassVar[str] = "filter.short"
    most: int = Field(10, description="Most characters.")

    def rows(self, row, ctx):
        yield row
'''


@pytest.fixture(autouse=True)
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "project" / "plugins"
    folder.mkdir(parents=True)
    return folder


def install(site: Path, name: str, points: str, **modules: str) -> None:
    """A package as an installer would leave it: modules and a dist-info folder."""
    info = site / f"{name.replace('-', '_')}-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(points)
    for module, text in modules.items():
        (site / f"{module}.py").write_text(text)


@pytest.mark.parametrize("kind", builtin.names("steps"))
def test_every_built_in_step_is_one_class_with_its_path_as_kind(kind):
    cls = registry.step(kind)
    assert cls.kind == kind
    assert (cls.__doc__ or "").strip()
    assert all(field.description for field in cls.model_fields.values())


@pytest.mark.parametrize(("group", "one"), [("formats", registry.format), ("providers", registry.provider), ("connectors", registry.connector)])
def test_every_other_built_in_loads(group, one):
    assert all(one(name) is not None for name in builtin.names(group))


def test_listing_imports_no_step():
    listed = "registry.step_kinds(); registry.formats(); registry.providers()"
    code = f"import sys; from rowsmith import registry; {listed}; print([m for m in sys.modules if 'rowsmith.steps' in m])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_unknown_names_are_answered_with_the_nearest(folder):
    (folder / "short.py").write_text(SHORT)
    with pytest.raises(NotFound, match=r"No step is called 'filter\.shrt'\. Did you mean 'filter\.short'\? Choose one of: "):
        registry.step("filter.shrt", [folder])
    with pytest.raises(NotFound, match="No format is called 'nope'"):
        registry.format("nope")


def test_a_package_brings_a_step_a_format_and_a_provider(tmp_path, monkeypatch):
    site = tmp_path / "site"
    points = "[rowsmith.steps]\nfilter.short = acme_short:Short\n[rowsmith.formats]\nacme = acme_short:FORMAT\n"
    install(site, "acme-steps", points + "[rowsmith.providers]\nacme = acme_short:P\n", acme_short=f"{SHORT}\nFORMAT, P = 'a format', 'a provider'\n")
    monkeypatch.syspath_prepend(str(site))
    assert registry.step_kinds()["filter.short"].origin == "acme-steps 1.2"
    assert "acme_short" not in sys.modules
    cls = registry.step("filter.short")
    assert issubclass(cls, Step)
    assert cls(most=3).settings() == {"kind": "filter.short", "most": 3}
    assert registry.format("acme") == "a format"
    assert registry.provider("acme") == "a provider"
    assert registry.origin("filter.short") == "acme-steps 1.2"


@pytest.mark.parametrize(
    ("points", "text", "said"),
    [
        ("[rowsmith.steps]\nfilter.other = acme_bad:Short\n", SHORT, "states the kind 'filter.short'"),
        ("[rowsmith.steps]\nfilter.other = acme_bad:Nope\n", SHORT, "cannot be loaded: AttributeError"),
        ("[rowsmith.steps]\nfilter.other = acme_bad:X\n", "X = 3\n", "is not a Step class"),
        ("[rowsmith.steps]\nfilter.other = acme_bad:X\n", "import no_such_module\n", "acme-bad 1.2 cannot be loaded: ModuleNotFoundError"),
    ],
)
def test_a_broken_package_is_named(tmp_path, monkeypatch, points, text, said):
    install(tmp_path / "site", "acme-bad", points, acme_bad=text)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.delitem(sys.modules, "acme_bad", raising=False)
    with pytest.raises(Invalid, match=said):
        registry.step("filter.other")


def test_a_file_runs_only_after_it_is_trusted(folder, config):
    witness = folder / "ran"
    path = folder / "short.py"
    path.write_text(SHORT + f"\nwith open({str(witness)!r}, 'a') as out:\n    out.write('x')\n")
    assert "filter.short" in registry.step_kinds([folder])
    with pytest.raises(Invalid, match=rf"{path} is not trusted.*rowsmith plugins trust {path}"):
        registry.step("filter.short", [folder])
    assert not witness.exists()
    assert [file.path for file in plugins.trust(path)] == [path]
    assert json.loads((config / "trusted.json").read_text()) == {str(path): plugins.read(path).hash}
    cls = registry.step("filter.short", [folder])
    assert cls is registry.step("filter.short", [folder])
    assert witness.read_text() == "x"
    assert registry.origin("filter.short", [folder]).startswith(str(path))


def test_a_file_that_changed_is_refused_until_it_is_trusted_again(folder):
    path = folder / "short.py"
    path.write_text(SHORT)
    plugins.trust(folder)
    first = registry.step("filter.short", [folder])
    path.write_text(SHORT.replace("(10,", "(20,"))
    with pytest.raises(Invalid, match="has changed since it was trusted"):
        registry.step("filter.short", [folder])
    plugins.trust(folder)
    second = registry.step("filter.short", [folder])
    assert (first().most, second().most) == (10, 20)


def test_a_file_brings_formats_and_providers_under_its_own_name(folder):
    (folder / "acme.py").write_text("FORMAT = 'f'\nPROVIDER: str = 'p'\nCONNECTOR = 'c'\n")
    plugins.trust(folder)
    assert [one("acme", [folder]) for one in (registry.format, registry.provider, registry.connector)] == ["f", "p", "c"]


def test_two_plug_ins_cannot_share_a_kind(folder, tmp_path):
    (folder / "a.py").write_text(SHORT)
    (folder / "b.py").write_text(SHORT)
    with pytest.raises(Conflict, match=r"'filter.short' is defined by .*a\.py .* and by .*b\.py"):
        registry.step("filter.short", [folder])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"class (:", "not Python"),
        (b"\xff\xfe\x00", "not Python"),
        (b"x = " + b"(" * 5000, "not Python"),
        (b"#" * (1024 * 1024 + 1), "larger than 1,048,576 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(folder, body, said):
    (folder / "bad.py").write_bytes(body)
    with pytest.raises(Invalid, match=said):
        registry.step_kinds([folder])


@pytest.mark.parametrize("tail", ["\nraise ValueError('no')\n", "\nraise SystemExit(0)\n"])
def test_a_file_that_fails_is_named_and_leaves_nothing_behind(folder, tail):
    (folder / "short.py").write_text(SHORT + tail)
    plugins.trust(folder)
    before = set(sys.modules)
    with pytest.raises(Invalid, match=r"short\.py fails when it is loaded: (ValueError: no|SystemExit: 0)"):
        registry.step("filter.short", [folder])
    assert not {name for name in set(sys.modules) - before if name.startswith("rowsmith_plugin")}


def test_a_kind_that_is_undone_when_the_file_runs_is_refused(folder):
    (folder / "short.py").write_text(SHORT + "\ndel Short\n")
    plugins.trust(folder)
    with pytest.raises(Invalid, match=r"offers 'filter\.short' 0 times"):
        registry.step("filter.short", [folder])


def test_trust_names_what_is_missing(folder):
    with pytest.raises(NotFound, match="No plug-in file lies in"):
        plugins.trust(folder)
    with pytest.raises(NotFound, match=r"nothing\.py cannot be opened"):
        plugins.trust(folder / "nothing.py")


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}'])
def test_a_damaged_record_is_named(folder, config, text):
    (folder / "short.py").write_text(SHORT)
    config.mkdir()
    (config / "trusted.json").write_text(text)
    with pytest.raises(Invalid, match=r"trusted\.json"):
        registry.step("filter.short", [folder])


def test_the_record_lies_in_the_users_configuration_folder(folder, tmp_path, monkeypatch):
    monkeypatch.delenv("ROWSMITH_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    (folder / "short.py").write_text(SHORT)
    plugins.trust(folder)
    assert (tmp_path / "xdg" / "rowsmith" / "trusted.json").exists()
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert plugins.trusted() == {}


def test_a_record_that_cannot_be_written_is_told(folder, config):
    (folder / "short.py").write_text(SHORT)
    config.write_text("a file, not a folder")
    with pytest.raises(Unavailable, match="ROWSMITH_CONFIG"):
        plugins.trust(folder)


PROFILE = "title: Acme\nbase_url: https://llm.acme.test/v1\nkey_env: ACME_KEY\n"


def test_providers_are_modules_and_profiles_and_are_listed_without_reading_them():
    names = builtin.names("providers")
    assert {"anthropic", "openai", "groq", "ollama"} <= set(names)
    assert not [name for name in names if name.startswith("_")]
    listed = "from rowsmith import registry; registry.providers()"
    code = f"import sys; {listed}; print([m for m in sys.modules if 'llm.profile' in m or 'anthropic' in m])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_profile_of_a_project_says_where_keys_go_so_it_needs_trust(folder):
    path = folder / "acme.yaml"
    path.write_text(PROFILE)
    assert registry.providers([folder])["acme"].origin.startswith(str(path))
    with pytest.raises(Invalid, match="is not trusted; it would choose where your keys are sent") as caught:
        registry.provider("acme", [folder])
    assert f"rowsmith plugins trust {path}" in caught.value.fix
    plugins.trust(path)
    found = registry.provider("acme", [folder])
    assert found.key_env == "ACME_KEY"
    assert found.url(Model(model="acme/m")) == "https://llm.acme.test/v1/chat/completions"
    path.write_text(PROFILE.replace("acme.test", "evil.test"))
    with pytest.raises(Invalid, match="has changed since it was trusted"):
        registry.provider("acme", [folder])


def test_a_profile_cannot_take_over_a_name_and_its_mistakes_are_told(folder):
    (folder / "groq.yaml").write_text(PROFILE)
    assert registry.provider("groq", [folder]).key_env == "GROQ_API_KEY"
    with pytest.raises(Conflict, match="'groq' is defined by rowsmith and by"):
        registry.providers([folder])
    (folder / "groq.yaml").unlink()
    (folder / "acme.yaml").write_text(PROFILE + "colour: red\n")
    plugins.trust(folder)
    with pytest.raises(Invalid, match=r"acme\.yaml cannot be used: colour: Extra inputs"):
        registry.provider("acme", [folder])
