"""What a consumer says of the files that its test names: CASES, by the READER in the ENVIRONMENT."""

from __future__ import annotations

import pytest
from consumer import Read, read


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Read]:
    """The cases of the module, each with its file and what was read of it."""
    module = request.module
    return read(module.ENVIRONMENT, module.READER, module.CASES, tmp_path_factory.mktemp(module.READER))
