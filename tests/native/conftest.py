"""The driver that stops at what no answer shows, built once for all tests."""

from __future__ import annotations

import pytest

from tests.native.build import C99, DRIVER, SANITIZERS, Driver, compiled, compiler, works


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Driver:
    """The driver that stops at undefined behaviour and at access to memory beyond its own."""
    folder = tmp_path_factory.mktemp("checked")
    command = (str(compiler()), *C99, *SANITIZERS)
    if not works(folder / "probe", command):
        pytest.skip("this compiler has no sanitizers")
    return Driver(compiled(DRIVER, folder / "checked", command))
