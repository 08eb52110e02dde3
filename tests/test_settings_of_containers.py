"""Settings for containers: a password read from a file."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from dateline.config import load_settings
from dateline.errors import InvalidSettings

URL = "mysql+pymysql://dateline@mysql/dateline"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file with a password, named in the settings."""
    file = tmp_path / "password"
    file.write_text("secret\n")
    monkeypatch.setenv("DATELINE_DATABASE_PASSWORD_FILE", str(file))
    return file


@pytest.mark.parametrize("password", ["secret", "p@ss/w:rd%40 #?", " é"])
def test_the_password_is_what_the_file_holds(
    password: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_DATABASE_URL", URL)
    file.write_text(f"{password}\n", encoding="utf-8")

    url = make_url(load_settings().database_url)

    assert url.password == password
    assert url.render_as_string() == URL.replace("@", ":***@")


@pytest.mark.parametrize(
    "url", [None, "sqlite:///archive.db", "mysql+pymysql://dateline:other@mysql/dateline"]
)
def test_a_file_that_would_not_be_used_is_refused(
    url: str | None, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if url is not None:
        monkeypatch.setenv("DATELINE_DATABASE_URL", url)

    with pytest.raises(InvalidSettings, match="is for a mysql") as stopped:
        load_settings()

    assert file.read_text().strip() not in str(stopped.value)


def test_a_file_that_is_not_there_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_DATABASE_URL", URL)
    file.unlink()

    with pytest.raises(InvalidSettings, match=f"DATABASE_PASSWORD_FILE={file}"):
        load_settings()


@pytest.mark.parametrize(
    ("held", "why"), [(b"p\xe4ssword\n", "not in UTF-8"), (b"", "empty"), (b"\r\n", "empty")]
)
def test_a_file_without_a_password_is_refused(
    held: bytes, why: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_DATABASE_URL", URL)
    file.write_bytes(held)

    with pytest.raises(InvalidSettings, match=f"^DATELINE_DATABASE_PASSWORD_FILE={file}: .*{why}"):
        load_settings()


def test_a_file_in_a_directory_that_lets_nobody_in_is_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_file(path: Path) -> bool:
        if path == file:
            raise PermissionError(13, "Permission denied")
        return False

    monkeypatch.setenv("DATELINE_DATABASE_URL", URL)
    # As it behaves before Python 3.14.
    monkeypatch.setattr(Path, "is_file", is_file)

    with pytest.raises(InvalidSettings, match=f"_FILE={file}: it cannot be read: Permission"):
        load_settings()
