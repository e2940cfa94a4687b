"""Bundles of a real home, checked by somebody who has none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from homes import Place, Workshop
from running import ask, called, texts

from rowsmith.app.bundles import verify_bundle
from rowsmith.core.errors import Invalid, NotFound


def test_an_outsider_checks_it_without_a_home(where: Place, tmp_path: Path) -> None:
    with Workshop(where, lambda request: {"answer": request.text}) as shop:
        shop.run(texts("a", "b"), ask(), top={"name": "qa", "models": {"writer": shop.model()}})
        done = shop.lab.project().datasets.bundle("qa", tmp_path / "qa.zip")
        signer = shop.lab.signer
    assert signer is not None and done.signer == signer.fingerprint
    assert (done.rows, done.versions, done.bytes) == (2, 1, (tmp_path / "qa.zip").stat().st_size)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    words = ["verify", "--bundle", "../qa.zip", "--signer", signer.fingerprint, "--json"]
    said = called(words, {"ROWSMITH_HOME": str(elsewhere / "none")}, elsewhere)
    told = json.loads(said.stdout.splitlines()[-1])
    assert (said.returncode, told["ok"], told["rows"], told["problems"], told["erased"]) == (0, True, 2, [], [])
    assert told["signers"] == {"version": [signer.fingerprint], "ancestors": {}, "bundle": signer.fingerprint}
    assert list(elsewhere.iterdir()) == []
    (tmp_path / "qa.zip").write_bytes((tmp_path / "qa.zip").read_bytes()[:-1] + b"x")
    said = called(["verify", "--bundle", "../qa.zip"], {}, elsewhere)
    assert (said.returncode, said.stdout.startswith("1 problems"), "bytes are not those" in said.stderr) == (1, True, True)


def test_what_is_asked_for_wrongly_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no bundle"):
        verify_bundle(tmp_path / "none.zip")
    with pytest.raises(Invalid, match="is no fingerprint"):
        verify_bundle(tmp_path / "none.zip", ["abc"])


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """In processes of their own: what writes and what checks a bundle of eight times the rows takes hardly more."""
    few, many = (peak(tmp_path / str(rows), rows) for rows in (1_000, 8_000))
    assert many["write"] < few["write"] * 1.25
    assert many["check"] < few["check"] * 1.25


def peak(folder: Path, rows: int) -> dict[str, float]:
    folder.mkdir()
    code = (
        "import json, resource, sys; sys.path.insert(0, sys.argv[3])\n"
        "from pathlib import Path\n"
        "from version_rows import made_row\n"
        "from rowsmith.store.database import open_database\n"
        "from rowsmith.store.datasets import Datasets\n"
        "from rowsmith.store.bundles import write_bundle\n"
        "from rowsmith.store.bundle_checks import check_bundle\n"
        "from rowsmith.core.ids import canonical\n"
        "act, path = sys.argv[1], Path('b.zip')\n"
        "if act == 'write':\n"
        "    datasets = Datasets(db := open_database(f'sqlite:///{Path.cwd()}/x.db'))\n"
        "    version = datasets.commit('p', 'qa', (made_row(i, 'text ' * 40 + str(i)) for i in range(int(sys.argv[2]))))\n"
        "    output = {'rows': version.rows, 'root': version.root.hex()}\n"
        "    lock = canonical({'version': version.id, 'output': output, 'versions': [{'id': version.id}]})\n"
        "    write_bundle(db, 'qa', version, lock, '', path, None)\n"
        "else:\n"
        "    assert check_bundle(path).problems == []\n"
        "print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))\n"
    )
    store = Path(__file__).parents[1] / "store"
    found = {}
    for act in ("write", "check"):
        done = subprocess.run([sys.executable, "-c", code, act, str(rows), str(store)], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found[act] = json.loads(done.stdout)
    return found
