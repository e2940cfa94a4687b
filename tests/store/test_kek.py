"""Key-encrypting keys: from the environment or a file of the user alone, former ones behind the current one."""

from __future__ import annotations

import os
import secrets
import stat
import subprocess
import sys
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest

from rowsmith.core.errors import Invalid
from rowsmith.store import kek


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder of this test."""
    monkeypatch.setenv("ROWSMITH_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


def test_every_form_of_base64_is_read() -> None:
    for _ in range(50):
        key = secrets.token_bytes(32)
        forms = [b64encode(key), b64encode(key).rstrip(b"="), urlsafe_b64encode(key), urlsafe_b64encode(key).rstrip(b"=")]
        assert {kek.ring({"ROWSMITH_KEK": form.decode()}).first().key for form in forms} == {key}


@pytest.mark.parametrize("word", ["password", "A" * 42, "A" * 44, "é" * 43, "0" * 64, "sk-" + "a" * 40 + "!"])
def test_what_is_no_key_encrypting_key_is_refused_and_not_repeated(word: str, config: Path) -> None:
    with pytest.raises(Invalid, match="ROWSMITH_KEK holds something") as caught:
        kek.ring({"ROWSMITH_KEK": word})
    assert word not in str(caught.value)


def test_the_first_encrypts_and_all_decrypt(config: Path) -> None:
    one, two, three = (secrets.token_urlsafe(32) for _ in range(3))
    kek.ensured({})
    ring = kek.ring({"ROWSMITH_KEK": f"{one}, {two}\n{three}"})
    assert ring.first() == kek.ring({"ROWSMITH_KEK": one}).first()
    assert len(ring.all) == 4, "and that of the file, so that a home can move from the one to the other"
    assert kek.ring({}).first().id in ring.all


def test_without_one_it_is_made_once_in_a_file_of_the_user_alone(config: Path) -> None:
    assert kek.ring({}).current is None
    with pytest.raises(Invalid, match="no key-encrypting key"):
        kek.ring({}).first()
    made = kek.ensured({})
    assert kek.ensured({}).first() == made.first() == kek.ring({}).first()
    assert stat.S_IMODE((config / "kek").stat().st_mode) == 0o600
    assert stat.S_IMODE(config.stat().st_mode) == 0o700
    assert made.first().key.hex() not in repr(made)


def test_many_processes_make_one(config: Path) -> None:
    code = "from rowsmith.store import kek; print(kek.ensured({}).first().id)"
    making = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert {process.communicate()[0].strip() for process in making} == {kek.ring({}).first().id}


def test_a_file_that_others_may_read_is_refused(config: Path) -> None:
    kek.ensured({})
    os.chmod(config / "kek", 0o640)
    with pytest.raises(Invalid, match="others may read it") as caught:
        kek.ring({})
    assert "chmod 600" in caught.value.fix


@pytest.mark.parametrize("body", [b"\xff\xfe", b"not a key\n", b"short"])
def test_a_damaged_file_is_told(config: Path, body: bytes) -> None:
    config.mkdir()
    (config / "kek").write_bytes(body)
    os.chmod(config / "kek", 0o600)
    with pytest.raises(Invalid, match="kek"):
        kek.ring({})


def test_a_new_one_stands_before_the_former_ones(config: Path) -> None:
    first = kek.ensured({}).first()
    second = kek.renewed({})
    assert second.first() != first
    assert set(second.all) == {first.id, second.first().id}
    own = {"ROWSMITH_KEK": secrets.token_urlsafe(32)}
    assert kek.renewed(own).first() == kek.ring(own).first(), "where the environment rules, the user puts it there"
    assert kek.ring({}).first() == second.first()
