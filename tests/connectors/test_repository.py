"""Repositories against a host that is played by git and dulwich themselves, and against archives and clones that mean ill."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dulwich.repo import Repo
from forge_server import FILES, Forge, comment, committed, forge, issue, tagged
from known import BAD, CLOUD, NUMBERS
from pydantic import SecretStr
from web import http, redirect

from rowsmith.connectors.repository import fetch, head, recognised
from rowsmith.connectors.repository.address import place_of
from rowsmith.connectors.repository.kinds import generated, kind_of, licence_of
from rowsmith.connectors.repository.wire import packet
from rowsmith.core.addresses import AddressRefused, Allowed
from rowsmith.core.errors import Invalid, NotFound, RowsmithError, Unavailable
from rowsmith.core.fetching import Fetched, Missed, Reach

TEXTS = {"README.md", "LICENSE", "big.txt", "docs/guide/start.md", "src/widget/core.py", "src/widget/run"}
"""What comes without being asked for by name: docs and code, made by hand."""
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Forge]:
    with forge(tmp_path / "host") as found:
        yield found


def reach(folder: Path, host: Forge | None = None, token: str = "") -> Reach:
    """What a fetch is lent; the token is one for every address of the host."""
    (folder / "state").mkdir(exist_ok=True)
    asked: list[str] = []
    ports = (host.web.port, host.store.port) if host else ()

    def secret(name: str, address: str) -> SecretStr | None:
        asked.append(f"{name} for {address}")
        return SecretStr(token) if token and name == "GITHUB_TOKEN" and "127.0.0.1" in address else None

    return Reach(Allowed(("127.0.0.1", "::1"), ports), folder / "state", secret)


def got(at: Reach, **asked: Any) -> tuple[dict[str, bytes], list[Fetched], dict[str, Missed]]:
    """Files by name with what they hold, the same with their facts, and what was missed by name."""
    to = at.state.parent / "to"
    to.mkdir(exist_ok=True)
    files, found, missed = {}, [], {}
    asked = {"forge": "github", **asked} if "//127.0.0.1:" in asked["url"] else asked
    for one in fetch(at, to, **asked):
        if isinstance(one, Missed):
            missed[one.reason if one.reason in ("other_kind", "vendored", "generated", "binary") else one.name] = one
        else:
            files[one.name] = one.path.read_bytes()
            found.append(one)
    return files, found, missed


# -- what it is called ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://github.com/ada/widget", ("https://github.com", "ada/widget", "", "", "")),
        ("https://github.com/ada/widget.git", ("https://github.com", "ada/widget", "", "", "")),
        ("https://github.com/ada/widget/?tab=readme-ov-file#usage", ("https://github.com", "ada/widget", "", "", "")),
        ("https://github.com/ada/widget/tree/feature/x/docs", ("https://github.com", "ada/widget", "", "", "feature/x/docs")),
        ("https://github.com/ada/widget/blob/main/a%20b.md", ("https://github.com", "ada/widget", "", "", "main/a b.md")),
        ("https://github.com/ada/widget/commit/" + "a" * 40, ("https://github.com", "ada/widget", "a" * 40, "", "")),
        ("git+https://github.com/ada/widget@v1#docs", ("https://github.com", "ada/widget", "v1", "docs", "")),
        ("git+https://example.org/a/b/c.git@feature/x#subdirectory=d/e", ("https://example.org", "a/b/c", "feature/x", "d/e", "")),
        ("https://gitlab.com/g/s/widget/-/tree/main/docs", ("https://gitlab.com", "g/s/widget", "", "", "main/docs")),
        ("git+https://gitlab.com/g/s/widget", ("https://gitlab.com", "g/s/widget", "", "", "")),
        ("https://codeberg.org/ada/widget/src/branch/main/docs", ("https://codeberg.org", "ada/widget", "", "", "main/docs")),
    ],
)
def test_addresses_are_read(url: str, wanted: tuple[str, ...]) -> None:
    place = place_of(url)
    assert (place.origin, place.path, place.ref, place.within, place.tail) == wanted
    assert recognised(url)


def test_the_address_of_an_issue_names_it() -> None:
    assert [(place_of(f"https://github.com/a/b/{page}").about, place_of(f"https://github.com/a/b/{page}").number) for page in
            ("issues", "issues/12", "pull/7/files", "pulls")] == [("issues", 0), ("issues", 12), ("pulls", 7), ("pulls", 0)]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("git@github.com:ada/widget.git", "git+https://github.com/ada/widget"),
        ("ssh://git@github.com/ada/widget.git", "git+https://github.com/ada/widget"),
        ("git+ssh://git@github.com/ada/widget.git", "git+https://github.com/ada/widget"),
        ("git+ext::sh -c touch% /tmp/x", "https"),
        ("ext::sh -c 'touch /tmp/x'", "https"),
        ("git+file:///etc", "https"),
        ("file:///etc", "https"),
        ("git://github.com/ada/widget", "https"),
        ("git+--upload-pack=touch", "https"),
        ("git+https://user:pass@github.com/ada/widget", "user name"),
        ("git+https://github.com/ada", "names no repository"),
        ("git+https://github.com/../widget", "names no repository"),
        ("https://github.com/ada/widget/releases", "no page"),
    ],
)
def test_what_is_no_repository_is_refused(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as error:
        got(reach(tmp_path), url=url)
    assert said in str(error.value)


def test_what_names_no_repository_is_not_taken_for_one(tmp_path: Path) -> None:
    others = ["https://example.org/a/b", "https://github.com", "https://github.com/topics/python", "report.pdf", str(tmp_path), "s3://a/b", "*.md"]
    assert [name for name in others if recognised(name)] == []
    committed(tmp_path / "bare", FILES)
    assert recognised(str(tmp_path / "bare")) and recognised("git@github.com:a/b")


# -- what comes ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["archive", "clone", pytest.param("clone from git", marks=needs_git), pytest.param("git's archive", marks=needs_git)])
def test_docs_and_code_come_and_everything_else_is_told(tmp_path: Path, how: str) -> None:
    with forge(tmp_path / "host", git="git" in how) as host:
        if how == "git's archive":
            host.archive = by_git
        files, found, missed = got(reach(tmp_path, host), url=host.url("ada/widget"), method="clone" if "clone" in how else "archive")
        commit = Repo(str(host.repositories["ada/widget"])).refs[b"refs/heads/main"].decode()
    assert files == {path: FILES[path] for path in TEXTS}
    for one in found:
        assert one.facts["commit"] == commit and one.facts["ref"] == "main"
        assert one.facts["repository"] == f"127.0.0.1:{host.web.port}/ada/widget"
        assert one.facts["url"] == host.url(f"ada/widget/blob/{commit}/{one.name}") and one.facts["path"] == one.name
        assert (one.facts["licence_file"], one.facts["licence_found"]) == ("LICENSE", "MIT")
    kinds = {one.name: (one.facts["kind"], one.facts.get("language")) for one in found}
    assert kinds["src/widget/run"] == kinds["src/widget/core.py"] == ("code", "python") and kinds["docs/guide/start.md"] == ("docs", None)
    assert missed["link.md"].reason == "link" and missed["model.txt"].reason == "lfs"
    assert {"other_kind", "vendored", "generated", "binary"} <= missed.keys() and "data/table.csv" in missed["other_kind"].detail
    assert how.startswith(("archive", "git")) or missed["parts/other"].reason == "submodule"
    assert not list((tmp_path / "state").iterdir())


def by_git(folder: Path, commit: str, top: str) -> bytes:
    command = ["git", "-c", "safe.directory=*", "archive", "--format=tar.gz", f"--prefix={top}/", commit]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout


def test_patterns_kinds_and_limits_choose(host: Forge, tmp_path: Path) -> None:
    url, at = host.url("ada/widget"), reach(tmp_path, host)
    assert set(got(at, url=url, paths=["docs/", "*.csv"])[0]) == {"docs/guide/start.md", "data/table.csv"}
    assert set(got(at, url=url, paths=["**/*.py"])[0]) == {"src/widget/core.py"}
    assert set(got(at, url=url, exclude=["src/", "*.txt"])[0]) == TEXTS - {"src/widget/core.py", "src/widget/run", "big.txt"}
    assert set(got(at, url=url, kinds=["data"])[0]) == {"data/table.csv"}
    assert set(got(at, url=url, keep=["generated", "vendored", "binary"], kinds=["code", "other"])[0]) == {
        "src/widget/core.py", "src/widget/run", "vendor/other/lib.go", "api/service_pb2.py", "logo.png",
    }  # fmt: skip
    files, _, missed = got(at, url=url, max_file_bytes=1000)
    assert set(files) == TEXTS - {"big.txt"} and missed["big.txt"].reason == "large_file" and "20,000 bytes" in missed["big.txt"].detail
    files, _, missed = got(at, url=url, max_files=2)
    assert len(files) == 2 and {one.reason for one in missed.values()} >= {"too_many_files"}
    files, _, missed = got(at, url=url, max_bytes=1000)
    assert "big.txt" not in files and any(one.reason == "too_many_bytes" for one in missed.values())


def test_a_ref_is_pinned(host: Forge, tmp_path: Path) -> None:
    folder, at = host.repositories["ada/widget"], reach(tmp_path, host)
    first = Repo(str(folder)).refs[b"refs/heads/main"].decode()
    side = committed(folder, {"docs/a/side.md": b"# Side\n", "x.md": b"x"}, ref="refs/heads/feature/x")
    tagged(folder, "v1", first)
    committed(folder, {"README.md": b"# New\n"})
    assert got(at, url=host.url("ada/widget"))[0] == {"README.md": b"# New\n"}
    assert set(got(at, url=host.url("ada/widget"), ref="v1")[0]) == TEXTS
    assert set(got(at, url=f"git+{host.url('ada/widget')}@{first}#docs")[0]) == {"docs/guide/start.md"}
    files, found, _ = got(at, url=host.url("ada/widget/tree/feature/x/docs"))
    assert set(files) == {"docs/a/side.md"} and (found[0].facts["ref"], found[0].facts["commit"]) == ("feature/x", side)
    assert set(got(at, url=host.url("ada/widget/blob/feature/x/x.md"))[0]) == {"x.md"}
    assert set(got(at, url=host.url("ada/widget"), ref=side[:10], method="clone")[0]) == {"docs/a/side.md", "x.md"}
    assert head(at, url=host.url("ada/widget"), ref="v1", forge="github").commit == first
    with pytest.raises(NotFound, match=r"no branch or tag 'nowhere'.*feature/x"):
        got(at, url=host.url("ada/widget"), ref="nowhere")


def test_a_file_that_is_named_comes_whatever_its_kind(host: Forge, tmp_path: Path) -> None:
    assert set(got(reach(tmp_path, host), url=host.url("ada/widget/blob/main/data/table.csv"))[0]) == {"data/table.csv"}


@pytest.mark.parametrize("method", ["archive", "clone"])
def test_a_private_repository_needs_the_token_which_goes_nowhere_else(host: Forge, tmp_path: Path, method: str) -> None:
    host.private.add("ada/widget")
    with pytest.raises(NotFound, match="token"):
        got(reach(tmp_path, host), url=host.url("ada/widget"), method=method)
    assert set(got(reach(tmp_path, host, host.token), url=host.url("ada/widget"), method=method)[0]) == TEXTS
    assert all("authorization" not in seen.headers for seen in host.store.seen)
    with pytest.raises(NotFound) as error:
        got(reach(tmp_path, host, "wrong-token"), url=host.url("ada/widget"), method=method)
    assert "wrong-token" not in str(error.value)


@pytest.mark.parametrize(("software", "secret"), [("gitlab", "GITLAB_TOKEN"), ("gitea", "GITEA_TOKEN"), ("", "GIT_TOKEN"), ("bitbucket", "")])
def test_other_forges_have_their_archives_elsewhere(host: Forge, tmp_path: Path, software: str, secret: str) -> None:
    url = f"git+{host.url('ada/widget')}.git"
    files, found, _ = got(reach(tmp_path, host), url=url, forge=software)
    assert set(files) == TEXTS
    page = {"gitlab": "/-/blob/", "gitea": "/src/commit/", "bitbucket": "/src/"}.get(software)
    assert ("url" in found[0].facts) == bool(page) and (not page or page in str(found[0].facts["url"]))
    if secret:
        host.private.add("ada/widget")
        lent = Reach(reach(tmp_path, host).allowed, tmp_path / "state", lambda name, at: SecretStr(host.token) if name == secret else None)
        assert set(got(lent, url=url, forge=software)[0]) == TEXTS


def test_an_archive_of_another_commit_is_not_taken(host: Forge, tmp_path: Path) -> None:
    folder = host.repositories["ada/widget"]
    other = committed(folder, {"README.md": b"# Other\n"}, ref="refs/heads/other")
    pack = host.archive
    host.archive = lambda at, commit, top: pack(at, other, top)
    with pytest.raises(Invalid, match=f"of the commit {other}"):
        got(reach(tmp_path, host), url=host.url("ada/widget"))


@pytest.mark.parametrize("method", ["archive", "clone"])
def test_a_repository_that_is_too_large_is_refused(host: Forge, tmp_path: Path, method: str) -> None:
    with pytest.raises(Invalid, match="max_archive_bytes"):
        got(reach(tmp_path, host), url=host.url("ada/widget"), method=method, max_archive_bytes=500)


@needs_git
def test_git_leaves_out_what_is_too_large(tmp_path: Path) -> None:
    with forge(tmp_path / "host", git=True) as host:
        committed(host.repositories["ada/widget"], FILES | {"huge.txt": bytes(range(32, 127)) * 20_000})
        files, _, missed = got(reach(tmp_path, host), url=host.url("ada/widget"), method="clone", max_file_bytes=30_000, max_archive_bytes=20_000)
    assert set(files) == TEXTS and missed["huge.txt"].reason == "large_file"


@pytest.mark.parametrize("method", ["archive", "clone"])
def test_where_there_is_no_repository(host: Forge, tmp_path: Path, method: str) -> None:
    with pytest.raises(NotFound, match="no repository"):
        got(reach(tmp_path, host), url=host.url("ada/nothing"), method=method)
    host.interfere = lambda seen: http(b"<html>hello</html>")
    with pytest.raises(Unavailable, match="git's protocol"):
        got(reach(tmp_path, host), url=host.url("ada/widget"), method=method)


def test_a_server_that_breaks_off_or_talks_nonsense(host: Forge, tmp_path: Path) -> None:
    for said, why in ((b"0008NAK\n000", "broke off"), (b"0008NAK\nzzzz", "git's protocol"), (packet(b"ERR not ours\n"), "not ours"),
                      (b"0008NAK\n" + packet(b"\x03too busy\n"), "too busy"), (b"0008NAK\n0000", "no pack"),
                      (b"0008NAK\n" + packet(b"\x01" + b"x" * 54), "damaged")):  # fmt: skip
        host.interfere = lambda seen, said=said: http(said) if seen.method == "POST" else None
        with pytest.raises(RowsmithError, match=why):
            got(reach(tmp_path, host), url=host.url("ada/widget"), method="clone")


# -- where it does not go -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*sorted({*BAD, *CLOUD}), *NUMBERS])
def test_forbidden_addresses_are_not_reached(address: str, tmp_path: Path) -> None:
    name = f"[{address}]" if ":" in address else address
    (tmp_path / "state").mkdir()
    for method in ("archive", "clone"):
        with pytest.raises(AddressRefused):
            got(Reach(Allowed(), tmp_path / "state"), url=f"git+http://{name}/a/b", method=method)


def test_names_that_lead_to_this_machine_are_not_reached(host: Forge, tmp_path: Path) -> None:
    at = Reach(Allowed((), (host.web.port, host.store.port)), reach(tmp_path).state)
    for url in (f"git+http://localhost:{host.web.port}/ada/widget.git", host.url("ada/widget"), host.url("ada/widget/issues")):
        with pytest.raises(AddressRefused):
            got(at, url=url)
    assert host.web.reached == []


def test_no_redirect_and_no_page_leads_to_them(host: Forge, tmp_path: Path) -> None:
    at = reach(tmp_path, host)
    for part in ("info/refs", "/archive/", "git-upload-pack", "/issues"):
        host.interfere = lambda seen, part=part: redirect("http://169.254.169.254/latest/", 307) if part in seen.target else None
        method = "archive" if part == "/archive/" else "clone"
        with pytest.raises((AddressRefused, Unavailable)):
            got(at, url=host.url("ada/widget/issues" if part == "/issues" else "ada/widget"), method=method)
    host.interfere = lambda seen: http(b"[]", Link='<http://169.254.169.254/>; rel="next"')
    with pytest.raises((AddressRefused, Unavailable)):
        got(at, url=host.url("ada/widget/issues"))


# -- archives that mean ill ---------------------------------------------------------------------------------------------------------------


def tar(*members: tuple[str, bytes | str | None], **more: Any) -> bytes:
    """A tar.gz: files by their bytes, links by where they lead, devices by None."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT, **more) as archive:
        for name, what in members:
            member = tarfile.TarInfo(name)
            if isinstance(what, bytes):
                member.size = len(what)
                archive.addfile(member, io.BytesIO(what))
            else:
                member.type, member.linkname = (tarfile.CHRTYPE, "") if what is None else (tarfile.SYMTYPE, what)
                archive.addfile(member)
    return out.getvalue()


def test_members_that_lead_elsewhere_are_passed_over(host: Forge, tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel.md"
    sentinel.write_text("untouched")
    hostile = tar(
        ("top/good.md", b"# Good\n"), ("top/../../../sentinel.md", b"bad"), (f"top/{sentinel}", b"bad"), ("top/a\\b.md", b"bad"),
        ("top/n\nl.md", b"bad"),
        ("top/link.md", str(sentinel)), ("top/device.md", None), ("/etc/evil.md", b"bad"), ("top/link.md/x.md", b"under a link"),
        ("top/good.md", b"# Another\n"),
    )  # fmt: skip
    host.archive = lambda *_: hostile
    files, _, missed = got(reach(tmp_path, host), url=host.url("ada/widget"))
    assert set(files) == {"good.md", "etc/evil.md", "link.md/x.md"} and sentinel.read_text() == "untouched"
    assert sorted(one.reason for one in missed.values()) == ["device", "duplicate", "link", *["unsafe_path"] * 4] and files["good.md"] == b"# Good\n"
    assert {path.name for path in tmp_path.iterdir()} == {"host", "state", "to", "sentinel.md"}


def test_a_bomb_is_refused(host: Forge, tmp_path: Path) -> None:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9) as packed:
        member = tarfile.TarInfo("top/bomb.md")
        member.size = 300 << 20
        packed.write(member.tobuf())
        for _ in range(300):
            packed.write(bytes(1 << 20))
        packed.write(bytes(1024))
    host.archive = lambda *_: out.getvalue()
    with pytest.raises(Invalid, match="unpacks to more than 100 times"):
        got(reach(tmp_path, host), url=host.url("ada/widget"))


def test_a_sparse_member_is_as_large_as_it_says(host: Forge, tmp_path: Path) -> None:
    member = tarfile.TarInfo("top/sparse.md")
    member.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1", "GNU.sparse.size": str(10 << 30)}
    member.size = 1
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member, io.BytesIO(b"x"))
    host.archive = lambda *_: out.getvalue()
    files, _, missed = got(reach(tmp_path, host), url=host.url("ada/widget"))
    assert files == {} and missed["sparse.md"].reason == "large_file"


@pytest.mark.parametrize("cut", [30, 600, -30])
def test_a_damaged_archive_is_an_error_that_says_so(host: Forge, tmp_path: Path, cut: int) -> None:
    whole = host.archive
    host.archive = lambda *asked: whole(*asked)[:cut]
    with pytest.raises(Invalid, match=r"cut off|damaged|no archive"):
        got(reach(tmp_path, host), url=host.url("ada/widget"))


def test_what_is_no_archive_is_an_error_that_says_so(host: Forge, tmp_path: Path) -> None:
    for said in (b"<html>sign in</html>", gzip.compress(b"not a tar" * 200), b""):
        host.archive = lambda *_, said=said: said
        with pytest.raises(Invalid, match=r"cut off|damaged|no archive"):
            got(reach(tmp_path, host), url=host.url("ada/widget"))


# -- clones on this machine ---------------------------------------------------------------------------------------------------------------


def checked_out(folder: Path) -> Repo:
    """A clone with files in its folder."""
    repo = Repo.init(str(folder), mkdir=True)
    for name, data in (("README.md", b"# Here\n"), ("a.py", b"x = 1\n"), (".gitignore", b"secret.md\n")):
        (folder / name).write_bytes(data)
    repo.get_worktree().stage(["README.md", "a.py", ".gitignore"])
    repo.get_worktree().commit(message=b"first", author=b"A <a@b>", committer=b"A <a@b>")
    return repo


def test_a_clone_is_read_from_its_objects_or_as_it_lies_there(tmp_path: Path) -> None:
    repo = checked_out(tmp_path / "clone")
    hook = tmp_path / "clone" / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
    hook.chmod(0o755)
    (tmp_path / "clone" / "README.md").write_text("# Changed\n")
    (tmp_path / "clone" / "secret.md").write_text("# Ignored\n")
    (tmp_path / "clone" / "a.py").unlink()
    (tmp_path / "clone" / "a.py").symlink_to("/etc/passwd")
    at, url = reach(tmp_path), str(tmp_path / "clone")
    files, found, _ = got(at, url=url)
    assert files == {"README.md": b"# Here\n", "a.py": b"x = 1\n"}
    assert found[0].facts["commit"] == repo.head().decode() and found[0].facts["repository"] == "clone"
    files, found, missed = got(at, url=url, working_tree=True)
    assert files == {"README.md": b"# Changed\n"} and found[0].facts["working_tree"] is True and missed["a.py"].reason == "link"
    assert not (tmp_path / "hooked").exists()


def test_a_bare_clone_gives_any_ref(tmp_path: Path) -> None:
    first = committed(tmp_path / "bare", FILES)
    tagged(tmp_path / "bare", "v1", first)
    committed(tmp_path / "bare", {"README.md": b"# New\n"}, odd={"parts": (0o160000, b"2" * 40)})
    at, url = reach(tmp_path), str(tmp_path / "bare")
    files, found, missed = got(at, url=url)
    assert files == {"README.md": b"# New\n"} and found[0].facts["ref"] == "main" and missed["parts"].reason == "submodule"
    assert all(set(got(at, url=url, ref=ref)[0]) == TEXTS for ref in ("v1", first, first[:9]))
    with pytest.raises(Invalid, match="no branch, tag or commit 'nowhere'"):
        got(at, url=url, ref="nowhere")


def test_a_broken_file_of_a_clone_costs_itself(tmp_path: Path) -> None:
    committed(tmp_path / "bare", {"a.md": b"# A\n", "b.md": b"# B\n", "c.md": b"# C\n"})
    repo = Repo(str(tmp_path / "bare"))
    tree = repo[repo[repo.head()].tree]
    for name, damage in ((b"a.md", b"nonsense"), (b"b.md", None)):
        sha = tree[name][1].decode()
        place = tmp_path / "bare" / "objects" / sha[:2] / sha[2:]
        place.chmod(0o644)
        place.write_bytes(damage) if damage else place.unlink()
    files, _, missed = got(reach(tmp_path), url=str(tmp_path / "bare"))
    assert files == {"c.md": b"# C\n"} and (missed["a.md"].reason, missed["b.md"].reason) == ("broken_file", "large_file")


def test_folders_within_folders_without_end_are_refused(tmp_path: Path) -> None:
    committed(tmp_path / "bare", {"/".join("a" * 150) + "/x.md": b"deep"})
    with pytest.raises(Invalid, match="100 deep"):
        got(reach(tmp_path), url=str(tmp_path / "bare"))


def test_what_is_no_clone_says_so(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Invalid, match="no clone"):
        got(reach(tmp_path), url=str(tmp_path / "folder"))
    with pytest.raises(NotFound, match="no folder"):
        got(reach(tmp_path), url=str(tmp_path / "nothing"))
    (tmp_path / "folder" / ".git").write_text("gitdir: /nowhere\n")
    with pytest.raises(Invalid, match=r"cannot be read|no branch"):
        got(reach(tmp_path), url=str(tmp_path / "folder"))


# -- commits ------------------------------------------------------------------------------------------------------------------------------


def grown(folder: Path) -> list[str]:
    """Three further commits, the last of which removes two files and adds one; all, oldest first."""
    first = Repo(str(folder)).refs[b"refs/heads/main"].decode() if folder.exists() else committed(folder, FILES)
    second = committed(folder, FILES | {"docs/new.md": b"# New\n"})
    third = committed(folder, FILES | {"docs/new.md": b"# New\n\nAnd more.\n", "big.txt": b"w" * 200_000})
    return [first, second, third, committed(folder, FILES | {"src/only.py": b"x = 1\n"})]


def commits_of(at: Reach, **asked: Any) -> dict[str, dict[str, Any]]:
    files, found, _ = got(at, files=False, commits=True, **asked)
    assert all((one.facts["kind"], one.facts["commit"]) == ("commit", one.name) for one in found)
    return {name: json.loads(data) for name, data in files.items()}


@pytest.mark.parametrize("how", ["local", "dulwich", pytest.param("git", marks=needs_git)])
def test_commits_come_newest_first_with_what_they_change(tmp_path: Path, how: str) -> None:
    with forge(tmp_path / "host", git=how == "git") as host:
        folder = host.repositories["ada/widget"]
        all_of_them = grown(folder)
        at, url = reach(tmp_path, host), str(folder) if how == "local" else host.url("ada/widget")
        found = commits_of(at, url=url)
        assert list(found) == all_of_them[::-1]
        said = found[all_of_them[2]]
        assert (said["title"], said["author"], said["parents"], said["paths"]) == ("files", "Ada", [all_of_them[1]], ["big.txt", "docs/new.md"])
        assert said["text"] == "files" and said["committed_at"] == "2023-11-14T22:13:20+00:00" and "example.org" not in json.dumps(found)
        assert found[all_of_them[0]]["changed"] == len(FILES) + 2
        shown = commits_of(at, url=url, diffs=True)[all_of_them[2]]["text"]
        assert "```diff\n" in shown and "+And more." in shown and "big.txt: too large to be shown" in shown
        assert list(commits_of(at, url=url, paths=["docs/guide/"])) == all_of_them[:1]
        assert list(commits_of(at, url=url, paths=["docs/new.md"])) == all_of_them[:0:-1]
        files, _, missed = got(at, url=url, files=False, commits=True, max_commits=2)
        assert list(files) == all_of_them[:1:-1] and [one.reason for one in missed.values()] == ["too_many_commits"]
        if how != "dulwich":  # its server gives the newest commit of a branch alone
            assert list(commits_of(at, url=url, ref=all_of_them[1])) == all_of_them[1::-1]
        if how == "git":
            assert host.web.seen[-1].body.count(b"filter blob:limit=0\n") == 1


def test_a_damaged_commit_costs_itself(tmp_path: Path) -> None:
    all_of_them = grown(tmp_path / "bare")
    repo = Repo(str(tmp_path / "bare"))
    tree = repo[all_of_them[2].encode()].tree.decode()
    (tmp_path / "bare" / "objects" / tree[:2] / tree[2:]).unlink()
    files, _, missed = got(reach(tmp_path), url=str(tmp_path / "bare"), files=False, commits=True)
    assert list(files) == all_of_them[1::-1] and {one.reason for one in missed.values()} == {"broken_file"}


# -- issues -------------------------------------------------------------------------------------------------------------------------------


def told(host: Forge) -> None:
    bug = {"labels": [{"name": "bug"}], "comments": 3}
    host.issues = [
        issue(1, "It squeaks", "When turned.\r\nLoudly.", **bug),
        issue(2, "A question", None, state="closed", closed_at="2026-02-03T00:00:00Z", state_reason="completed"),
        issue(3, "Oil the bearing", "Fixes #1", pull_request={"merged_at": "2026-03-09T00:00:00Z"}, html_url="https://github.com/ada/widget/pull/3"),
        issue(4, "Later", "x", labels=[{"name": "bug"}, {"name": "p1"}]),
    ]  # fmt: skip
    host.comments = {
        "issues/1": [comment("bob", "Mine, too.", 1), comment("eve", "Mine not.", 2), {**comment("x", "", 3), "user": None}],
        "pulls/3": [comment("bob", "Why **oil**?", 4, path="src/bearing.py")],
    }
    host.diffs = {3: "diff --git a/x b/x\n+oil\n"}


def issues_of(at: Reach, host: Forge, **asked: Any) -> dict[int, dict[str, Any]]:
    files, found, missed = got(at, **{"url": host.url("ada/widget"), "files": False, "issues": True, "pulls": True, **asked})
    assert set(missed) <= {f"127.0.0.1:{host.web.port}/ada/widget"}
    assert all(one.facts["media_type"] == "application/json" for one in found)
    return {value["number"]: {**value, "name": name} for name, data in files.items() for value in [json.loads(data)]}


def test_issues_come_with_what_was_said_under_them(host: Forge, tmp_path: Path) -> None:
    told(host)
    host.page = 2
    found = issues_of(reach(tmp_path, host), host, diffs=True)
    assert sorted(found) == [1, 2, 3, 4]
    assert found[1]["text"] == (
        "# It squeaks\n\nWhen turned.\nLoudly.\n\n## bob, 2026-03-01T09:00:00Z\n\nMine, too.\n\n## eve, 2026-03-02T09:00:00Z\n\nMine not."
        "\n\n## ghost, 2026-03-03T09:00:00Z"
    )
    assert {name: found[1][name] for name in ("title", "state", "labels", "author", "created_at", "kind", "name")} == {
        "title": "It squeaks", "state": "open", "labels": ["bug"], "author": "ada", "created_at": "2026-01-01T10:00:00Z", "kind": "issue",
        "name": "https://github.com/ada/widget/issues/1",
    }  # fmt: skip
    assert found[2]["text"] == "# A question" and (found[2]["closed_at"], found[2]["state_reason"]) == ("2026-02-03T00:00:00Z", "completed")
    assert "```diff\ndiff --git a/x b/x\n+oil\n```" in found[3]["text"] and "on `src/bearing.py`\n\nWhy **oil**?" in found[3]["text"]
    assert (found[3]["kind"], found[3]["merged_at"]) == ("pull", "2026-03-09T00:00:00Z")


def test_issues_are_chosen(host: Forge, tmp_path: Path) -> None:
    told(host)
    at = reach(tmp_path, host)
    assert sorted(issues_of(at, host, pulls=False)) == [1, 2, 4]
    assert sorted(issues_of(at, host, issues=False)) == [3]
    assert sorted(issues_of(at, host, state="closed")) == [2]
    assert sorted(issues_of(at, host, labels=["bug", "p1"])) == [4]
    assert sorted(issues_of(at, host, since="2026-02-03")) == [3, 4]
    assert sorted(issues_of(at, host, max_issues=2)) == [1, 2]
    assert "Mine, too" not in issues_of(at, host, comments=False)[1]["text"] and "+oil" not in issues_of(at, host)[3]["text"]
    assert sorted(issues_of(at, host, url=host.url("ada/widget/issues"), pulls=False, files=True)) == [1, 2, 4]
    assert sorted(issues_of(at, host, url=host.url("ada/widget/issues/1"), pulls=False, files=True)) == [1]
    for wrong in ({"state": "ajar"}, {"since": "lately"}):
        with pytest.raises(Invalid):
            issues_of(at, host, **wrong)


def test_files_and_issues_come_together(host: Forge, tmp_path: Path) -> None:
    told(host)
    files, _, _ = got(reach(tmp_path, host), url=host.url("ada/widget"), issues=True, paths=["README.md"])
    assert set(files) == {"README.md", *(f"https://github.com/ada/widget/issues/{number}" for number in (1, 2, 4))}


def test_a_limit_is_waited_for_and_a_long_one_is_told(host: Forge, tmp_path: Path) -> None:
    told(host)
    notes: list[str] = []
    at = Reach(Allowed(("127.0.0.1",), (host.web.port,)), reach(tmp_path).state, note=notes.append)
    answers = [http(status=403, Retry_After="1"), http(status=429, Retry_After="0"), http(status=502),
               http(status=403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1767225599", Date="Thu, 01 Jan 2026 00:00:00 GMT")]  # fmt: skip
    host.interfere = lambda seen: answers.pop() if answers else None
    assert sorted(issues_of(at, host, url=host.url("ada/widget/issues/2"), files=True)) == [2]
    assert not answers and any("asks to wait" in note for note in notes)
    host.interfere = lambda seen: http(status=403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1767229200", Date="Thu, 01 Jan 2026 00:00:00 GMT")
    with pytest.raises(Unavailable, match=r"until \d\d:\d\d UTC.*GITHUB_TOKEN"):
        issues_of(at, host)


def test_an_interrupted_fetch_goes_on_where_it_was(host: Forge, tmp_path: Path) -> None:
    told(host)
    host.page = 1
    at, to = reach(tmp_path, host), tmp_path / "to"
    to.mkdir()
    fetching = fetch(at, to, url=host.url("ada/widget/issues"), forge="github")
    assert isinstance(next(fetching), Fetched)
    fetching.close()
    assert sum("issues/1/comments" in target and "&page=" not in target for target in host.targets()) == 1
    assert sorted(issues_of(at, host)) == [1, 2, 3, 4]
    assert sum("issues/1/comments" in target and "&page=" not in target for target in host.targets()) == 1
    host.issues[0]["updated_at"] = "2026-04-01T00:00:00Z"
    issues_of(at, host)
    assert sum("issues/1/comments" in target and "&page=" not in target for target in host.targets()) == 2


def test_what_has_not_changed_is_not_fetched_again(host: Forge, tmp_path: Path) -> None:
    told(host)
    url = "https://github.com/ada/widget/issues/"
    known = {f"{url}1": {"updated_at": host.issues[0]["updated_at"]}, f"{url}2": {"updated_at": "2020-01-01T00:00:00Z"}}
    at = reach(tmp_path, host)
    files, _, missed = got(Reach(at.allowed, at.state, at.secret, known=known), url=host.url("ada/widget/issues"))
    assert set(files) == {f"{url}2", f"{url}4"} and missed[f"{url}1"].reason == "not_modified"
    assert not any("issues/1/comments" in target for target in host.targets())


def test_refusals_are_told_in_the_users_words(host: Forge, tmp_path: Path) -> None:
    told(host)
    host.private.add("ada/widget")
    with pytest.raises(NotFound, match="GITHUB_TOKEN"):
        issues_of(reach(tmp_path, host), host)
    assert sorted(issues_of(reach(tmp_path, host, host.token), host)) == [1, 2, 3, 4]
    for status, kind, why in ((401, Unavailable, "valid"), (410, NotFound, "switched off"), (404, NotFound, "GITHUB_TOKEN"),
                              (418, Unavailable, "418")):  # fmt: skip
        host.interfere = lambda seen, status=status: http(status=status)
        with pytest.raises(kind, match=why):
            issues_of(reach(tmp_path, host), host)
    host.interfere = lambda seen: http(b"<html>")
    with pytest.raises(Unavailable, match="GitHub's API"):
        issues_of(reach(tmp_path, host), host)
    with pytest.raises(Invalid, match="is none"):
        got(reach(tmp_path), url="https://gitlab.com/a/b", files=False, issues=True)


def test_an_issue_that_is_gone_costs_itself(host: Forge, tmp_path: Path) -> None:
    told(host)
    host.interfere = lambda seen: http(status=410) if "issues/1/comments" in seen.target else None
    files, _, missed = got(reach(tmp_path, host), url=host.url("ada/widget/issues"))
    assert len(files) == 2 and missed["https://github.com/ada/widget/issues/1"].reason == "unreachable"


def test_an_api_that_is_another_one_writes_nothing_and_ends_nothing(host: Forge, tmp_path: Path) -> None:
    for said in ([{"number": "../../evil", "html_url": "x", "updated_at": "1"}], [{"number": 1}], ["text"], [None], {"a": 1}):
        host.interfere = lambda seen, said=said: http(json.dumps(said).encode())
        with pytest.raises(Unavailable, match="GitHub's API"):
            got(reach(tmp_path, host), url=host.url("ada/widget/issues"))
    told(host)
    host.issues[1] = {"number": 2, "html_url": "https://github.com/ada/widget/issues/2", "updated_at": "2026", "labels": [], "state": "open"}
    host.comments["issues/1"] = ["no comment"]  # type: ignore[list-item]
    host.interfere = None
    files, _, missed = got(reach(tmp_path, host), url=host.url("ada/widget/issues"))
    assert set(files) == {"https://github.com/ada/widget/issues/4"} and {one.reason for one in missed.values()} == {"unreachable"}
    assert len(missed) == 2 and {path.name for path in tmp_path.iterdir()} == {"host", "state", "to"}


# -- what files are -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("a.rs", ("code", "rust")), ("Dockerfile", ("code", "dockerfile")), ("x/CMakeLists.txt", ("code", "cmake")), ("README", ("docs", "")),
     ("notes.ipynb", ("docs", "")), ("requirements.txt", ("data", "")), (".env", ("other", "")), ("a.tsx", ("code", "tsx")),
     ("LICENSE-MIT", ("docs", ""))],
)  # fmt: skip
def test_kinds(path: str, wanted: tuple[str, str]) -> None:
    assert kind_of(path) == wanted


def test_generated_files_are_known_by_their_name_beginning_or_lines() -> None:
    assert all(generated(path) for path in ("a/dist/x.js", "jquery.min.js", "yarn.lock", "x_pb2.py", "go.sum"))
    assert generated("a.go", b"// Code generated by protoc-gen-go. DO NOT EDIT.\n") and generated("a.js", b"x=1;" * 2000)
    assert generated("a.c", b"/* This file was automatically generated\n * by a tool. Do not edit it. */\n") and generated("a.rs", b"// @generated\n")
    assert not generated("a.py", b'MARK = "// Code generated by x. DO NOT EDIT."\n# The list is auto-generated at night.\n')
    assert not any(generated(path, b"x = 1\n" * 5000) for path in ("src/distance.py", "a.js", "building/x.py", "clock.py"))


def test_licences_are_guessed_and_never_made_up() -> None:
    assert licence_of("Apache License\n   Version 2.0, January 2004") == "Apache-2.0"
    assert licence_of("GNU GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007") == "GPL-3.0" and licence_of("All rights reserved.") == ""


def test_what_is_asked_is_checked(tmp_path: Path) -> None:
    for asked in ({"method": "rsync"}, {"kinds": ["docz"]}, {"keep": ["all"]}, {"forge": "sourceforge"}, {"working_tree": True}):
        with pytest.raises(Invalid):
            got(reach(tmp_path), url="https://github.com/a/b", **asked)
    committed(tmp_path / "bare", FILES)
    for asked in ({"issues": True}, {"working_tree": True}):
        with pytest.raises(Invalid):
            got(reach(tmp_path), url=str(tmp_path / "bare"), **asked)
    assert re.search("dulwich|git", str(fetch.__doc__))
