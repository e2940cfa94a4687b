"""Keys in the operating system's keyring: kept, given back, and every trouble of a keyring told in words."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyrings import FOLDER, FileKeyring, ForgetfulKeyring, LockedKeyring, PlainKeyring

from rowsmith.core.errors import Invalid, Unavailable
from rowsmith.store import os_keyring

KEY = "sk-canary-7d2f9a41c6e85b30"
AT = ("OPENAI_API_KEY", "https://api.openai.com")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A keyring in a folder, and a configuration folder of this test."""
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv(FOLDER, str(tmp_path / "keyring"))
    keyring.set_keyring(FileKeyring())
    yield tmp_path / "keyring"
    keyring.set_keyring(NoKeyring())


def test_a_key_is_kept_for_its_address(tmp_path: Path) -> None:
    os_keyring.put(*AT, KEY)
    os_keyring.put("OPENAI_API_KEY", "http://h:1", "other-key-of-mine")
    assert (os_keyring.get(*AT), os_keyring.get("OPENAI_API_KEY", "http://h:1")) == (KEY, "other-key-of-mine")
    assert [(entry.address, entry.ends_with) for entry in os_keyring.entries("OPENAI_API_KEY")] == [("http://h:1", "mine"), (AT[1], KEY[-4:])]
    assert os_keyring.entries("OTHER") == []
    assert KEY not in (tmp_path / "config" / "keyring.json").read_text(encoding="utf-8")
    os_keyring.remove(*AT)
    assert [entry.address for entry in os_keyring.entries()] == ["http://h:1"]
    with pytest.raises(Unavailable, match="not in the keyring"):
        os_keyring.get(*AT)


@pytest.mark.parametrize("backend", [NoKeyring, PlainKeyring])
def test_a_keyring_that_keeps_nothing_safe_is_not_used(backend: type) -> None:
    keyring.set_keyring(backend())
    with pytest.raises(Unavailable, match="no keyring that keeps keys safe") as caught:
        os_keyring.put(*AT, KEY)
    assert "without --keyring" in caught.value.fix
    assert os_keyring.entries() == []


def test_a_keyring_that_forgets_is_found_out() -> None:
    keyring.set_keyring(ForgetfulKeyring())
    with pytest.raises(Unavailable, match="did not keep the key"):
        os_keyring.put(*AT, KEY)
    assert os_keyring.entries() == []


def test_a_keyring_that_fails_is_told_without_the_key_or_a_trace() -> None:
    os_keyring.put(*AT, KEY)
    keyring.set_keyring(LockedKeyring())
    with pytest.raises(Unavailable, match=r"did not take the key \(RuntimeError: cannot store \[key\]\)") as caught:
        os_keyring.put(*AT, KEY)
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    with pytest.raises(Unavailable, match="KeyringLocked: Failed to unlock"):
        os_keyring.get(*AT)
    with pytest.raises(Unavailable, match="did not remove"):
        os_keyring.remove(*AT)
    assert len(os_keyring.entries()) == 1


def test_without_the_library_the_extra_is_named() -> None:
    code = f"""
import sys
sys.modules["keyring"] = None
from rowsmith.core.errors import Unavailable
from rowsmith.store import os_keyring
try:
    os_keyring.put(*{AT!r}, "a-key-of-mine")
except Unavailable as error:
    print(error.fix)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'rowsmith[keyring]'" in done.stdout


def test_listing_loads_no_keyring() -> None:
    code = "import sys; from rowsmith.store import os_keyring; os_keyring.entries(); print('keyring' in sys.modules)"
    os_keyring.put(*AT, KEY)
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_damaged_record_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "keyring.json").write_text('{"A http://h": {"who": 1}}', encoding="utf-8")
    with pytest.raises(Invalid, match=r"keyring\.json is damaged"):
        os_keyring.entries()
