"""The software that hosts of repositories run: where each has its archives and pages, and how each takes a token."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Forge:
    """One of them. In the addresses stand {origin}, {api}, {path} (owner/name), {quoted} (the same with %2F), {name} and {commit}.

    secret: what its token is called; user: the name beside the token where git asks; header: how its API takes the token.
    archive: the packed files of a commit; private: the same for who has a token; page, commit: a file and a commit as people see them, the file's
    path and the commit's digits at the end.
    """

    secret: str
    user: str
    header: tuple[str, str]
    archive: str
    private: str
    page: str
    commit: str

    def for_git(self, token: SecretStr | None) -> dict[str, str]:
        """The headers that show a token where git's own protocol is spoken."""
        if token is None:
            return {}
        return {"Authorization": "Basic " + b64encode(f"{self.user}:{token.get_secret_value()}".encode()).decode()}

    def for_api(self, token: SecretStr | None) -> dict[str, str]:
        """The headers that show a token elsewhere."""
        name, before = self.header
        return {} if token is None else {name: f"{before}{token.get_secret_value()}"}


_BEARER = ("Authorization", "Bearer ")
FORGES: Mapping[str, Forge] = {
    "github": Forge(
        "GITHUB_TOKEN", "x-access-token", _BEARER, "{origin}/{path}/archive/{commit}.tar.gz", "{api}/repos/{path}/tarball/{commit}",
        "{origin}/{path}/blob/{commit}/", "{origin}/{path}/commit/",
    ),
    "gitlab": Forge(
        "GITLAB_TOKEN", "oauth2", ("PRIVATE-TOKEN", ""), "{origin}/{path}/-/archive/{commit}/{name}-{commit}.tar.gz",
        "{origin}/api/v4/projects/{quoted}/repository/archive.tar.gz?sha={commit}", "{origin}/{path}/-/blob/{commit}/",
        "{origin}/{path}/-/commit/",
    ),
    "gitea": Forge(
        "GITEA_TOKEN", "oauth2", ("Authorization", "token "), "{origin}/{path}/archive/{commit}.tar.gz",
        "{origin}/api/v1/repos/{path}/archive/{commit}.tar.gz", "{origin}/{path}/src/commit/{commit}/",
        "{origin}/{path}/commit/",
    ),
    "bitbucket": Forge(
        "BITBUCKET_TOKEN", "x-token-auth", _BEARER, "{origin}/{path}/get/{commit}.tar.gz", "{origin}/{path}/get/{commit}.tar.gz",
        "{origin}/{path}/src/{commit}/", "{origin}/{path}/commits/",
    ),
    "": Forge("GIT_TOKEN", "git", _BEARER, "{origin}/{path}/archive/{commit}.tar.gz", "{origin}/{path}/archive/{commit}.tar.gz", "", ""),
}  # fmt: skip
"""By name. The last one is any other host, whose archives are looked for where GitHub and Gitea have theirs. Forgejo is `gitea`."""
_HOSTS = {"github.com": "github", "gitlab.com": "gitlab", "codeberg.org": "gitea", "gitea.com": "gitea", "bitbucket.org": "bitbucket"}


def forge_of(host: str) -> str:
    """What a host runs, by its name; empty where that is not known.

    >>> forge_of("github.com"), forge_of("gitlab.gnome.org"), forge_of("example.org")
    ('github', 'gitlab', '')
    """
    first = host.partition(".")[0]
    return _HOSTS.get(host.removeprefix("www.").lower()) or (first if first in ("github", "gitlab", "gitea") else "")


def api_of(origin: str) -> str:
    """Where GitHub's API is for pages at this origin: its own host for github.com, a path of the same one for a server of one's own."""
    return "https://api.github.com" if origin.partition("://")[2] in ("github.com", "www.github.com") else f"{origin}/api/v3"


def filled(address: str, *, origin: str, path: str, commit: str = "", api: str = "") -> str:
    """An address of a Forge with its parts filled in."""
    names = {"origin": origin, "api": api, "path": quote(path), "quoted": quote(path, safe=""), "name": quote(path.rpartition("/")[2])}
    return address.format(**names, commit=commit)
