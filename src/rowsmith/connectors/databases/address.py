"""The URL of a database as structured fields: never handed to a driver as text, whose options can name files and other hosts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode

from pydantic import SecretStr

from rowsmith.connectors.urls import parsed as parsed_url
from rowsmith.core.addresses import AddressRefused
from rowsmith.core.errors import Invalid

PORTS = {"postgresql": 5432, "mysql": 3306, "mongodb": 27017, "mssql": 1433, "oracle": 1521, "cockroachdb": 26257, "redshift": 5439,
         "clickhouse": 8123, "db2": 50000, "firebird": 3050, "hana": 30015, "trino": 8080, "vertica": 5433}  # fmt: skip
"""The port at which servers of each kind listen; it is open to the driver of that kind, further ones as an administrator lists them."""
FILES = ("sqlite", "duckdb")
"""The kinds whose database is a file."""
_SAME = {"postgres": "postgresql", "mariadb": "mysql"}
_OPTIONS: dict[str, frozenset[str]] = {
    "postgresql": frozenset({"sslmode", "application_name", "channel_binding"}),
    "mysql": frozenset({"ssl"}),
    "mongodb": frozenset({"authsource", "authmechanism", "tls", "ssl", "replicaset", "readpreference", "appname", "directconnection",
                          "retrywrites", "retryreads", "w"}),
    "sqlite": frozenset(), "duckdb": frozenset(),
}  # fmt: skip
"""MongoDB's options of sets and of writing (replicaSet, directConnection, retryWrites, w) may stand there, since every URL that a cluster's page
shows has them; they mean nothing to somebody who reads from one server."""
_OTHERS = frozenset({"charset", "driver", "encrypt", "trustservercertificate", "service_name", "sslmode", "application_name"})
_SOCKETS = ("host", "hostaddr", "unix_socket", "unix_sock")
_NAME = re.compile(r"[\w.$/ -]*")
_VALUE = re.compile(r"[\w .,:@+-]*")
_WRITE = "Write it like postgresql://user:password@host:5432/database, special characters in the password as %40."


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is.

    kind: postgresql, mysql (MariaDB too), sqlite, duckdb, mongodb, or the dialect that SQLAlchemy knows.
    scheme: as it was written, in small letters: `mssql+pyodbc`.
    hosts: host and port; several only for MongoDB, none where the database is a file.
    database: its name, or the path of its file.
    options: what stood behind the question mark, by names in small letters.
    """

    kind: str
    scheme: str
    hosts: tuple[tuple[str, int], ...]
    database: str
    user: str = ""
    password: SecretStr | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The address that a secret belongs to: kind://host:port."""
        return f"{self.kind}://{','.join(f'{_bracketed(host)}:{port}' for host, port in self.hosts)}"

    @property
    def url(self) -> str:
        """The URL without the password: what may be stored, and be read again."""
        if not self.hosts:
            return f"{self.scheme}:///{self.database}"
        hosts = ",".join(f"{_bracketed(host)}:{port}" for host, port in self.hosts)
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        return f"{self.scheme}://{user}{hosts}/{quote(self.database, safe='')}{f'?{urlencode(self.options)}' if self.options else ''}"

    @property
    def shown(self) -> str:
        """The address as it may be told: without password and options."""
        if not self.hosts:
            return f"{self.kind}:///{self.database}"
        return f"{self.kind}://{self.origin.partition('://')[2]}/{self.database}"

    def hidden(self, text: str) -> str:
        """A text without the password."""
        secret = self.password.get_secret_value() if self.password else ""
        for form in (secret, quote(secret, safe="")) if secret else ():
            text = text.replace(form, "***")
        return text


def parsed(url: str) -> Address:
    """The address that a URL says. No error repeats the URL: it may hold a password.

    Raises:
        Invalid: it is no URL of a database, or has an option that may not be given. AddressRefused: its host is none that can be connected to.
    """
    scheme, colon, rest = url.partition("://")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+._-]*", scheme) or re.search(r"[\x00-\x20\x7f]", rest):
        raise Invalid("It is no URL of a database.", _WRITE)
    scheme = scheme.lower()
    first = scheme.partition("+")[0]
    kind = _SAME.get(first, first)
    place, _, query = rest.partition("?")
    options = _options(kind, query)
    if kind in FILES:
        return Address(kind, scheme, (), _file(kind, place), options=options)
    before, _, database = place.partition("/")
    user, password, hosts = _authority(before)
    if "," in hosts and kind != "mongodb":
        raise Invalid("The URL names several hosts.", "Name one of them.")
    if kind not in _OPTIONS and not _NAME.fullmatch(unquote(database)):
        raise Invalid("The name of the database holds what drivers could take for an option.", "Write letters, digits and . _ $ / - in it.")
    found = tuple(_host(one, PORTS.get(kind, 0)) for one in hosts.split(","))
    return Address(kind, scheme, found, unquote(database), user, password, options)


def _authority(text: str) -> tuple[str, SecretStr | None, str]:
    """User, password, and the hosts."""
    told, _, hosts = text.rpartition("@")
    user, colon, password = told.partition(":")
    if "@" in told:
        raise Invalid("The user or the password in the URL holds an @.", _WRITE)
    return unquote(user), SecretStr(unquote(password)) if colon else None, hosts


def _file(kind: str, place: str) -> str:
    if not place.startswith("/") or place[1:] in ("", ":memory:"):
        raise Invalid(f"The URL names no file of {kind}.", f"Write {kind}:///folder/file, or {kind}:////folder/file from the root.")
    return place[1:]


def _host(text: str, usual: int) -> tuple[str, int]:
    if text.startswith("/") or "%2f" in text.lower() or not text:
        raise AddressRefused("The URL names no host, or a socket of this machine.", "Name the host, and list it where it is this machine.")
    numbered = re.fullmatch(r"(.*\]|[^:\[\]]*)(?::(\d+))?", text)
    if numbered and not numbered[2] and not usual:
        raise Invalid("The URL names no port, and for this kind of database none is usual.", "Write it behind the host, host:1234.")
    if numbered is None or not (port := int(numbered[2] or usual)) or port > 65535:
        raise AddressRefused("The URL's host or port cannot be read.", _WRITE)
    try:
        return parsed_url(f"http://{numbered[1]}:{port}/").raw_host or "", port
    except AddressRefused as error:
        raise AddressRefused(error.what, _WRITE) from None


def _options(kind: str, query: str) -> dict[str, str]:
    """The options, each of those that may be given, and none that names a file."""
    may = _OPTIONS.get(kind, _OTHERS)
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.lower() in _SOCKETS:
            raise AddressRefused(f"The option {name} of the URL names another host or a socket.", "Write the host before the slash.")
        if name.lower() not in may or not _VALUE.fullmatch(value):
            fix = f"These may be given: {', '.join(sorted(may))}." if may else "Leave it out."
            raise Invalid(f"The URL has an option that may not be given: {name[:40]!r}.", fix)
        found[name.lower()] = value
    return found


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
