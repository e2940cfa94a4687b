"""Objects of a storage in a cloud."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from rowsmith.core.step import setting
from rowsmith.steps.outside import Outside


class ReadStorage(Outside):
    """Reads objects of Amazon S3 and what speaks like it (s3://), Google Cloud Storage (gs://) and Azure Blob Storage (az://): a row for each
    document and record in them.

    What comes is fetched once and kept in the home; a run reads that, and `--refresh` asks anew. Credentials are secrets (AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY, GOOGLE_CREDENTIALS, AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN), else the provider's ordinary ones.

    Origin: `source` {name (the object's address), etag, fetched_at, hash, read_as, span}.
    """

    reaches: ClassVar[str] = "object_storage"

    url: str = Field(description="s3://bucket/key, a beginning of keys that ends in a slash, or a pattern: s3://bucket/**/*.pdf.", min_length=6)
    exclude: list[str] = Field([], description="Patterns of keys to leave out.")
    max_file_bytes: Annotated[int, Field(ge=1)] = Field(256 << 20, description="Largest object, in bytes.")
    max_files: Annotated[int, Field(ge=1)] = Field(10_000, description="Most objects.")
    max_bytes: Annotated[int, Field(ge=1)] = Field(8 << 30, description="Most bytes of all objects together.")
    endpoint_url: str = Field("", description="Address of a server that speaks like S3, or of a gateway. Default: the provider's own.")
    region: str = setting("", "Region of the bucket (S3).")
    account: str = Field("", description="Storage account (Azure). Default: that of the address.")
    anonymous: bool = setting(False, "Whether public objects are read without credentials.")
    machine_role: bool = setting(False, "Whether the machine's own role may be asked for credentials, at the metadata service of its cloud.")

    @property
    def address(self) -> str:
        """The address."""
        return self.url
