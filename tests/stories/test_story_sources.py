"""Sources outside, in runs: a site that is crawled, killed and gone on with; a repository; a storage; a file at an address."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bucket_servers import moto_server
from crawl_site import SETTINGS, CrawlSite, html
from forge_server import forge, issue
from running import called
from web import Seen, Web, http

from rowsmith import Lab
from rowsmith.app.proof import verify


def written(folder: Path, **step: Any) -> Path:
    """A recipe of one step, as a file (JSON is YAML)."""
    (folder / "recipe.yaml").write_text(json.dumps({"name": "d", "steps": [step]}))
    return folder / "recipe.yaml"


def allowed(*ports: int) -> dict[str, str]:
    return {"ROWSMITH_EGRESS_HOSTS": "127.0.0.1", "ROWSMITH_EGRESS_PORTS": ",".join(map(str, ports))}


def run(folder: Path, environ: dict[str, str], *words: str, code: int = 0) -> Any:
    done = called(["run", str(folder / "recipe.yaml"), "--json", *words], {"ROWSMITH_HOME": str(folder / "home"), **environ}, folder)
    assert done.returncode == code, (done.stdout, done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def rows(folder: Path) -> list[Any]:
    with Lab(folder / "home") as lab:
        found = list(lab.project().datasets.rows("d"))
        proof = verify(lab)
        assert proof.ok, proof
        return found


def test_a_run_over_a_site_is_killed_in_its_crawl_and_takes_each_page_once(tmp_path: Path) -> None:
    site, chance, kills = CrawlSite(300), random.Random(5), 0
    with Web(site) as web:
        written(tmp_path, kind="read.web", urls=[web.url("127.0.0.1", "/p/0")], readable=False, **SETTINGS)
        environ = allowed(web.port)
        words = [sys.executable, "-m", "rowsmith.cli.main", "run", "recipe.yaml"]
        while kills < 3:
            child = subprocess.Popen(words, cwd=tmp_path, env={**os.environ, **environ, "ROWSMITH_HOME": str(tmp_path / "home")},
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
            try:
                child.communicate(timeout=chance.uniform(1.0, 2.5))
            except subprocess.TimeoutExpired:
                child.kill()
                child.communicate()
                kills += 1
                continue
            break
        done = run(tmp_path, environ, code=3)  # some of what was asked for did not come, and is listed
        asked = dict(site.asked)
        again = run(tmp_path, environ, code=3)
    assert again["run"] == done["run"]
    assert dict(site.asked) == asked  # nothing is fetched twice unasked
    found = rows(tmp_path)
    addresses = [row.origin["source"]["url"].removeprefix(web.url("127.0.0.1", "")) for row in found]
    paths = Counter(address.removesuffix("?utm_source=mail") for address in addresses)  # of two addresses of a page, that which was seen first
    assert paths == Counter(site.pages)
    assert (done["failed"], done["dropped"]) == ({"http_404": 3, "unreachable": 1}, {"duplicate": 6, "other_type": 1, "robots": 3})
    assert "This is page 7 of the site." in next(row.data["text"] for row in found if row.origin["source"]["url"].endswith("/p/7"))


def test_a_refresh_of_a_site_asks_whether_pages_have_changed(tmp_path: Path) -> None:
    said = {"/a": "Tea is a drink that is made from leaves.", "/b": "Coffee is a drink that is made from beans."}
    asked: list[tuple[str, str]] = []

    def answer(seen: Seen) -> bytes:
        if seen.target not in said:
            return http(status=404)
        tag = f'"{hash(said[seen.target])}"'
        asked.append((seen.target, seen.headers.get("if-none-match", "")))
        if seen.headers.get("if-none-match") == tag:
            return http(status=304)
        return html(f"<p>{said[seen.target]}</p>", ETag=tag)

    with Web(answer) as web:
        written(tmp_path, kind="read.web", urls=[web.url("127.0.0.1", path) for path in said], readable=False, delay_s=0)
        first = run(tmp_path, allowed(web.port))
        before = {row.data["text"]: row for row in rows(tmp_path)}
        said["/b"] = "Coffee is a drink that is made from roasted beans."
        asked.clear()
        second = run(tmp_path, allowed(web.port), "--refresh")
    assert all(tag for _, tag in asked)
    known = {"run": first["run"], "version": first["version"]}
    assert second["changes"] == {**known, "added": [], "changed": [web.url("127.0.0.1", "/b")], "removed": [], "same": 1}
    after = {row.data["text"]: row for row in rows(tmp_path)}
    assert set(after) == set(said.values())
    assert {row.id for row in after.values()} == {row.id for row in before.values()}
    assert after[said["/a"]].origin == before[said["/a"]].origin  # its bytes came when they came
    with Lab(tmp_path / "home") as lab:
        assert lab.project().differences.between("d", first["version"]).changed == 1


def test_reading_a_site_tells_which_limit_was_reached(tmp_path: Path) -> None:
    pages = {"/": "".join(f"<a href='/{n}'>{n}</a>" for n in range(3)) + "<p>Tea is a drink.</p>"}
    with Web(lambda seen: html(pages[seen.target]) if seen.target in pages else http(status=404)) as web:
        words = ["read", web.url("127.0.0.1", "/"), "--set", "depth=1", "--set", "max_pages=1", "--set", "readable=false", "--json"]
        done = called(words, allowed(web.port), tmp_path)
    assert (done.returncode, json.loads(done.stdout.splitlines()[-1])["rows"]) == (0, 1)
    assert "The limit of 1 pages is reached; 3 addresses were not gone to." in done.stderr


def test_a_run_over_a_repository(tmp_path: Path) -> None:
    with forge(tmp_path) as host:
        written(tmp_path, kind="read.repository", url=host.url("ada/widget"), forge="github", api=host.url("api"), kinds=["docs", "code"])
        done = run(tmp_path, allowed(host.web.port, host.store.port))
    found = rows(tmp_path)
    assert done["kept"] == len(found) > 1
    sources = [row.origin["source"] for row in found]
    assert {source["kind"] for source in sources} == {"docs", "code"}
    assert all(len(source["commit"]) == 40 and source["span"][1] == len(row.data["text"]) for source, row in zip(sources, found, strict=True))
    assert any(row.data.get("language") == "python" for row in found)


def test_issues_pull_requests_and_commits_are_rows_of_their_own(tmp_path: Path) -> None:
    with forge(tmp_path) as host:
        pull = issue(3, "Oil the bearing", "Fixes #1", pull_request={"merged_at": None}, html_url="https://github.com/ada/widget/pull/3")
        host.issues, host.diffs = [issue(1, "It squeaks", "When turned.", labels=[{"name": "bug"}]), pull], {3: "+oil\n"}
        what = {"files": False, "issues": True, "pulls": True, "commits": True, "diffs": True}
        written(tmp_path, kind="read.repository", url=host.url("ada/widget"), forge="github", **what)
        run(tmp_path, allowed(host.web.port, host.store.port))
    found = {row.data["kind"]: row for row in rows(tmp_path)}
    assert found.keys() == {"issue", "pull", "commit"}
    assert found["issue"].data["text"] == "# It squeaks\n\nWhen turned."
    assert {name: found["issue"].data[name] for name in ("number", "title", "labels")} == {"number": 1, "title": "It squeaks", "labels": ["bug"]}
    assert found["pull"].data["text"].endswith("```diff\n+oil\n```")
    commit = found["commit"]
    assert commit.data["text"].startswith(f"{commit.data['title']}\n\n```diff\n") and "README.md" in commit.data["paths"]
    assert all(row.origin["source"]["span"] == [0, len(row.data["text"])] for row in found.values())


def test_a_run_over_a_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    boto3 = pytest.importorskip("boto3")
    with moto_server(tmp_path / "log") as url:
        client = boto3.client("s3", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        client.create_bucket(Bucket="there")
        for key, body in {"docs/a.md": b"# Tea\n", "docs/b.jsonl": b'{"text": "one"}\n{"text": "two"}\n', "docs/c.bin": b"\0\1"}.items():
            client.put_object(Bucket="there", Key=key, Body=body)
        written(tmp_path, kind="read.storage", url="s3://there/docs/", exclude=["*.bin"], endpoint_url=url)
        environ = {**allowed(int(url.rpartition(":")[2])), "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        run(tmp_path, environ)
    assert [row.data["text"] for row in rows(tmp_path)] == ["# Tea\n", "one", "two"]


def test_a_file_at_an_address_is_read_as_what_it_is(tmp_path: Path) -> None:
    def answer(seen: Seen) -> bytes:
        return http(b"text,n\none,1\n", Content_Type="text/csv") if seen.target == "/t.csv" else http(status=404)

    with Web(answer) as web:
        written(tmp_path, kind="read.files", paths=[web.url("127.0.0.1", "/t.csv")])
        run(tmp_path, allowed(web.port))
    (row,) = rows(tmp_path)
    assert (row.data, row.origin["source"]["url"]) == ({"text": "one", "n": "1"}, web.url("127.0.0.1", "/t.csv"))
