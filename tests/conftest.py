"""Settings that all tests share."""

from hypothesis import HealthCheck, settings

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
