"""Settings that all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import workplace

# Derandomized: the same examples everywhere, so that a failure is never seen only once.
settings.register_profile(
    "repository",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repository")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with small data and a model of every stage; nothing may be written into it."""
    folder = tmp_path_factory.mktemp("models")
    workplace.fill(folder)
    return folder


@pytest.fixture
def workdir(models: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to write into."""
    workplace.copy(models, tmp_path)
    return tmp_path
