"""Azure Blob Storage, through adlfs.

Credentials are those that are stored here for the account's address (AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_SAS_TOKEN), or the environment's,
AZURE_STORAGE_CONNECTION_STRING among them, which names an address of its own; else those of Azure's programs (`az login` and the like). What a
metadata service hands out is asked for by choice only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rowsmith.connectors.object_storage.store import Asked, Changed, Thing, fenced, require_reachable, secret
from rowsmith.core.addresses import Allowed
from rowsmith.core.errors import Invalid, RowsmithError
from rowsmith.core.fetching import Reach


class Azure:
    """One container."""

    def __init__(self, reach: Reach, bucket: str, asked: Asked) -> None:
        import adlfs
        from fsspec.asyn import sync

        known = _Known.of(reach, asked)
        account = known.account or "of-the-string"
        try:
            self._fs = adlfs.AzureBlobFileSystem(account_name=account, anon=True, skip_instance_cache=True, use_listings_cache=False)
        except ValueError as error:  # it looks at the environment's string, too
            what = f"AZURE_STORAGE_CONNECTION_STRING is no connection string: {error}"
            raise Invalid(what, "Copy it whole from the account's access keys: DefaultEndpointsProtocol=...") from None
        # It would fill what it is not given from the environment, and connect anywhere: it gets a client that is made here.
        self._fs.service_client = sync(self._fs.loop, _client, reach.allowed, known)
        self._credential = known.credential
        self._container = self._fs.service_client.get_container_client(bucket)
        try:
            require_reachable(reach.allowed, self._fs.service_client.url)
        except RowsmithError:
            self.close()
            raise

    def listed(self, prefix: str) -> Iterator[Thing]:
        """See Store."""
        from fsspec.asyn import sync

        pages = self._container.list_blobs(name_starts_with=prefix).by_page()

        async def following() -> list[Any] | None:
            try:
                return [blob async for blob in await pages.__anext__()]
            except StopAsyncIteration:
                return None

        while (page := sync(self._fs.loop, following)) is not None:
            for blob in page:
                yield Thing(blob.name, blob.size, str(blob.etag).strip('"'), blob.last_modified.isoformat(), str(blob.version_id or ""))

    def get(self, thing: Thing, path: Path) -> str:
        """See Store."""
        from fsspec.asyn import sync

        sync(self._fs.loop, self._brought, thing, path)
        if path.stat().st_size != thing.size:
            raise Changed
        return thing.version

    async def _brought(self, thing: Thing, path: Path) -> None:
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceModifiedError

        try:
            async with self._container.get_blob_client(thing.key) as blob:
                found = await blob.download_blob(etag=f'"{thing.etag}"', match_condition=MatchConditions.IfNotModified)
                with path.open("wb") as file:
                    await found.readinto(file)
        except ResourceModifiedError:
            raise Changed from None

    def close(self) -> None:
        """See Store."""
        from fsspec.asyn import sync

        sync(self._fs.loop, self._fs.service_client.close)
        if self._credential is not None:
            sync(self._fs.loop, self._credential.close)


async def _client(allowed: Allowed, known: _Known) -> Any:
    """Azure's client, which reaches allowed addresses only."""
    from aiohttp import ClientSession, TCPConnector
    from azure.core.credentials import AzureSasCredential
    from azure.core.pipeline.transport import AioHttpTransport
    from azure.storage.blob.aio import BlobServiceClient

    session = ClientSession(connector=TCPConnector(**fenced(allowed), use_dns_cache=False), auto_decompress=False, trust_env=False)
    way = AioHttpTransport(session=session, session_owner=True, use_env_settings=False)
    if known.string:
        return BlobServiceClient.from_connection_string(known.string, transport=way)
    address = f"https://{known.account}.blob.core.windows.net"
    signature = AzureSasCredential(known.sas) if known.sas else None
    return BlobServiceClient(address, credential=known.key or signature or known.credential, transport=way)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of an account: its name, and one of the ways to sign in."""

    account: str
    string: str | None = None
    key: str | None = None
    sas: str | None = None
    credential: Any = None

    @classmethod
    def of(cls, reach: Reach, asked: Asked) -> _Known:
        """What the user has stored for the account, else what the environment says of the account that it names.

        Raises:
            Invalid: no account is named.
        """
        environ = {name: os.environ.get(f"AZURE_STORAGE_{name}") for name in ("ACCOUNT_NAME", "ACCOUNT_KEY", "SAS_TOKEN", "CONNECTION_STRING")}
        if not asked.account and environ["CONNECTION_STRING"] and not asked.anonymous:
            return cls("", environ["CONNECTION_STRING"])
        account = asked.account or environ["ACCOUNT_NAME"] or ""
        if not account:
            raise Invalid("The account at Azure is not known.", "Write abfss://container@account.dfs.core.windows.net/..., or name it (account).")
        if asked.anonymous:
            return cls(account)
        address = f"https://{account}.blob.core.windows.net"
        own = environ if account == environ["ACCOUNT_NAME"] else {}
        key, sas = (secret(reach, f"AZURE_STORAGE_{name}", address) or own.get(name) for name in ("ACCOUNT_KEY", "SAS_TOKEN"))
        return cls(account, None, key, None if key else sas, None if key or sas else _of_programs(asked))


def _of_programs(asked: Asked) -> Any:
    """What Azure's own programs have signed in with."""
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential(exclude_managed_identity_credential=not asked.machine_role)
