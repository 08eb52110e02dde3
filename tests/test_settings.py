"""Invalid settings prevent startup, with a message that reveals no secret."""

from pathlib import Path

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
    ("DATELINE_CACHE_URL", "rediss://localhost/0?ssl_ca_certs="),
    ("DATELINE_CACHE_URL", "memory://x"),
    ("DATELINE_DATABASE_URL", "archive.db"),
    ("DATELINE_DATABASE_URL", "sqlite://data/archive.db"),
    ("DATELINE_DATABASE_URL", "mysql+pymysql://ann:s3@s3cret:s3cret@localhost:3306/d"),
    ("DATELINE_DATABASE_URL", "mysql://ann:s3cret@localhost/d"),
    ("DATELINE_DATABASE_URL", "mysql+pymysql://ann:s3cret@localhost/d?sslca=/etc/ca.pem"),
    ("DATELINE_DATABASE_URL", "mysql+pymysql://ann@localhost/d?password=s3cret"),
    ("DATELINE_DATABASE_URL", "mysql+pymysql://ann@localhost/d?charset=latin1"),
    ("DATELINE_DATABASE_URL", "mysql+pymysql://ann:s3cret@localhost/d?ssl_ca="),
    ("DATELINE_DATABASE_URL", "mysql+pymysql://localhost/d?ssl_ca&ssl_check_hostname=true"),
    ("DATELINE_DATABASE_URL", "mysql+pymysql://ann:s3cret@localhost/d?sslca"),
    ("DATELINE_DATABASE_URL", "sqlite:///archive.db?mode=ro"),
    ("DATELINE_DATABASE_URL", "sqlite:///what?.db"),
    ("DATELINE_DATABASE_URL", "sqlite:///file::memory:?uri=true"),
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
def test_a_valid_cache_url(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_CACHE_URL", url)
    assert load_settings().cache_url == url


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/archive.db",
        "sqlite:///what%3F 100%25.db",
        "mysql+pymysql://ann:p%2Fw%40d@[::1]:3306/d",
        "mysql+pymysql://ann:p?w@localhost/d",
        "mysql+pymysql://ann@/d?unix_socket=/run/mysqld.sock&charset=utf8mb4",
        "mysql+pymysql://ann@localhost/d?ssl_ca=/etc/ca.pem&ssl_check_hostname=true",
        "mysql+pymysql://localhost?read_default_file=/etc/my.cnf",
    ],
)
def test_a_valid_database_url(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_DATABASE_URL", url)
    assert load_settings().database_url == url


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("WORKERS=zero", "not a whole number; write one, such as 2"),
        ("THREADS=2.5", "not a whole number; write one, such as 4"),
        ("WORKERS=0", "too small; write 1 or more"),
        ("WORKERS=257", "too large; write 256 or less"),
        ("MAX_BODY_BYTES=1", "too small; write 1024 or more"),
        ("LOCK_TIMEOUT=long", "not a number; write one, such as 30.0"),
        ("LOCK_TIMEOUT=0", "too small; write more than 0"),
        ("DATABASE_TIMEOUT=inf", "too large; write 600 or less"),
        ("ACCESS_LOG=perhaps", "neither true nor false; write one of the two"),
    ],
)
def test_a_wrong_value_is_reported_with_its_fix(
    given: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _, value = given.partition("=")
    monkeypatch.setenv(f"DATELINE_{name}", value)
    with pytest.raises(InvalidSettings) as stopped:
        load_settings()
    assert str(stopped.value) == f"DATELINE_{given}: {reason}"


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".env"


@pytest.mark.parametrize(
    "line",
    [
        "DATELINE_WORKERS: 3",
        "DATELINE_WORKERS",
        'DATELINE_DATABASE_URL="s3cret',
        "DATELINE_ WORKERS=3",
    ],
)
def test_a_line_of_the_file_that_would_be_ignored_is_refused(line: str, env_file: Path) -> None:
    env_file.write_text(f"# Ours\n\n{line}\nDATELINE_WORKRES=3\n")

    with pytest.raises(InvalidSettings) as stopped:
        load_settings()

    first, second = str(stopped.value).splitlines()
    assert first.startswith(".env, line 3: ")
    assert "s3cret" not in first
    assert second.startswith("DATELINE_WORKRES: ")


def test_lines_of_the_file_that_belong_to_others_are_left_alone(env_file: Path) -> None:
    env_file.write_bytes(
        b"\xef\xbb\xbfDATELINE_WORKERS='3' # three\r\nPORT: 8080\r\nNAME\r\n#DATELINE_X: 1\r\n"
    )

    assert load_settings().workers == 3


def test_a_file_that_is_not_utf_8_is_refused(env_file: Path) -> None:
    env_file.write_bytes("# Größe\nDATELINE_WORKERS=3\n".encode("latin-1"))

    with pytest.raises(InvalidSettings, match=r"^\.env: it is not in UTF-8"):
        load_settings()


def test_a_file_that_may_not_be_read_is_refused(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_file: Path, **_how: object) -> str:
        raise PermissionError(13, "Permission denied")

    env_file.touch()
    monkeypatch.setattr(Path, "read_text", refuse)

    with pytest.raises(InvalidSettings, match=r"^\.env: it cannot be read: Permission denied"):
        load_settings()
