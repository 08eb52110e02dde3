"""Settings that are wrong stop the start, and say why without a secret."""

import pytest

from dateline.config import load_settings
from dateline.errors import InvalidSettings

WRONG = [
    ("DATELINE_CACHE_URL", "redis://"),
    ("DATELINE_CACHE_URL", "redis://localhost:abc"),
    ("DATELINE_CACHE_URL", "redis://localhost:99999/0"),
    ("DATELINE_CACHE_URL", "redis://localhost/abc"),
    ("DATELINE_CACHE_URL", "redis://localhost/0/1"),
    ("DATELINE_CACHE_URL", "redis://localhost/0?foo=1"),
    ("DATELINE_CACHE_URL", "redis://localhost?password=s3cret"),
    ("DATELINE_CACHE_URL", "redis://:s3cret/+x==@localhost:6379/0"),
    ("DATELINE_CACHE_URL", "redis://:s3cret#x@localhost:6379/0"),
    ("DATELINE_CACHE_URL", "memory://x"),
    ("DATELINE_DATABASE_URL", "archive.db"),
    ("DATELINE_DATABASE_URL", "sqlite://data/archive.db"),
    ("DATELINE_DATABASE_URL", "mysql+pymysql://ann:s3@s3cret:s3cret@localhost:3306/d"),
    ("DATELINE_DATABASE_URL", "mysql://ann:s3cret@localhost/d"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_url_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidSettings) as stopped:
        load_settings()
    assert str(stopped.value).startswith(f"{name}: ")
    assert "s3cret" not in str(stopped.value)


@pytest.mark.parametrize(
    "url",
    [
        "memory://",
        "none://",
        "redis://localhost",
        "redis://ann:p%2Fw%40d@redis.example.org:6380/15",
        "redis://[::1]:6379/",
        "rediss://redis.example.org:6379/0?ssl_ca_certs=/etc/ca.pem&ssl_cert_reqs=required",
    ],
)
def test_a_cache_that_can_be_had(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_CACHE_URL", url)
    assert load_settings().cache_url == url
