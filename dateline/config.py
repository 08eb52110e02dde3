"""Settings: every option, its default and one line of help.

Values come from `DATELINE_*` environment variables or a `.env` file in the working directory;
the environment takes precedence. An unknown name or an invalid value stops the start with a
message.
"""

import difflib
import logging
import os
import re
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlsplit

from dotenv.parser import Binding, parse_stream
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from dateline.errors import InvalidSettings

PREFIX = "DATELINE_"

TLS_OPTIONS: Final = {"ssl_ca_certs", "ssl_cert_reqs", "ssl_certfile", "ssl_keyfile"}
"""Query parameters allowed in a `rediss://` URL; the client fails on others."""

MYSQL_OPTIONS: Final = {
    *("ssl_ca", "ssl_capath", "ssl_cert", "ssl_check_hostname", "ssl_cipher", "ssl_key"),
    *("read_default_file", "unix_socket"),
}
"""Query parameters allowed in a MySQL URL; the driver fails on others."""

ENV_FILE = ".env"

MIB = 1024 * 1024

# python-dotenv warns about lines of other programs too, and names neither the file nor the fix.
logging.getLogger("dotenv.main").setLevel(logging.ERROR)

MESSAGES: Final = {
    "int_parsing": "not a whole number; write one, such as {default}",
    "float_parsing": "not a number; write one, such as {default}",
    "bool_parsing": "neither true nor false; write one of the two",
    "greater_than": "too small; write more than {gt:g}",
    "greater_than_equal": "too small; write {ge} or more",
    "less_than_equal": "too large; write {le:g} or less",
}
"""Messages for values that Pydantic rejects, by its error types."""


class Settings(BaseSettings):
    """The settings of an operator. Frozen: nothing changes after the start."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    # Declared before database_url, whose validator inserts the password.
    database_password_file: Path | None = Field(
        None,
        description="File with the password for MySQL, for a database_url that has none; "
        "it keeps the password out of the environment.",
    )
    database_url: str = Field(
        "sqlite:///dateline.db",
        validate_default=True,
        description="SQLAlchemy URL of the archive: sqlite:///FILE or "
        "mysql+pymysql://USER:PASSWORD@HOST/DATABASE.",
    )
    cache_url: str = Field(
        "memory://",
        description="Where answers are cached: redis://HOST:PORT/NUMBER (shared by all workers "
        "and machines), memory:// (separately in each process) or none:// (nowhere).",
    )
    cache_bytes: Annotated[int, Field(ge=0)] = Field(
        64 * MIB, description="Memory for cached answers in each process, in bytes."
    )
    lock_timeout: Annotated[float, Field(gt=0, le=600)] = Field(
        30.0,
        description="Seconds that a write waits for another write before it returns 503.",
    )
    database_timeout: Annotated[float, Field(gt=0, le=600)] = Field(
        10.0, description="Seconds to wait for a connection to MySQL, or for a result from it."
    )
    max_body_bytes: Annotated[int, Field(ge=1024)] = Field(
        100 * MIB,
        description="Largest request body, counted after decompression, in bytes.",
    )
    workers: Annotated[int, Field(ge=1, le=256)] = Field(
        2, description="Gunicorn worker processes."
    )
    threads: Annotated[int, Field(ge=1, le=256)] = Field(
        4, description="Threads in each Gunicorn worker."
    )
    access_log: bool = Field(
        False, description="Log a line for every request; events are always logged."
    )
    reload: bool = Field(
        False, description="Replace the workers when a file of Dateline changes; for development."
    )

    @field_validator("database_password_file")
    @classmethod
    def _holds_a_password(cls, value: Path | None) -> Path | None:
        if value is not None:
            _password_in(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str, info: ValidationInfo) -> str:
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            # Not the parser's message: it may quote part of a password as the port.
            raise ValueError(
                "not a database URL; write it like sqlite:///dateline.db or "
                "mysql+pymysql://USER:PASSWORD@HOST:PORT/DATABASE, with all characters of the "
                "password except letters and digits as %XX"
            ) from None
        if url.drivername not in ("sqlite", "mysql+pymysql"):
            raise ValueError(
                f"{url.drivername} is not supported; use sqlite:///FILE or "
                "mysql+pymysql://USER:PASSWORD@HOST/DATABASE"
            )
        if url.drivername == "sqlite" and url.host:
            raise ValueError("the URL of an SQLite file has three slashes: sqlite:///dateline.db")
        if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
            raise ValueError(
                "an in-memory SQLite database cannot be shared by workers; name a file, "
                "like sqlite:///dateline.db"
            )
        # SQLAlchemy ignores options without a value, such as one that asks for TLS.
        behind = value.rpartition("@")[2].partition("?")[2]
        options = {**dict(parse_qsl(behind, keep_blank_values=True)), **url.query}
        # Not `if options`: a ? may be part of the file name.
        if url.drivername == "sqlite" and "?" in value:
            raise ValueError(
                "an SQLite URL takes no options; remove the ? and what follows, or write it as "
                "%3F if it is part of the file name"
            )
        # charset=utf8mb4 is common in such URLs, and is what we set anyway.
        if options.pop("charset", "utf8mb4") != "utf8mb4" or not options.keys() <= MYSQL_OPTIONS:
            raise ValueError(
                "the options allowed after the ? are "
                f"{', '.join(sorted(MYSQL_OPTIONS))}, and charset=utf8mb4"
            )
        if empty := [name for name, given in options.items() if not given]:
            raise ValueError(f"{empty[0]} has no value; give it one, or leave it out")
        # An option file may name the database.
        if not url.database and "read_default_file" not in options:
            raise ValueError(
                "it names no database; write it after the host, as in "
                "mysql+pymysql://USER:PASSWORD@HOST/DATABASE"
            )
        file = info.data.get("database_password_file")
        return value if file is None else _with_password(url, file)

    @field_validator("cache_url")
    @classmethod
    def _known_cache(cls, value: str) -> str:
        if value in ("memory://", "none://") or _is_redis(value):
            return value
        raise ValueError(
            "use memory://, none://, redis://USER:PASSWORD@HOST:PORT/NUMBER, or the same with "
            "rediss:// for TLS, with all characters of the password except letters and digits as "
            "%XX"
        )


def load_settings() -> Settings:
    """Read the settings, and reject unknown names.

    pydantic-settings would ignore a misspelt name, so all names are checked here. Names without
    our prefix belong to other programs.

    Raises:
        InvalidSettings: with one line for every setting that is unknown or invalid.
    """
    lines = list(_lines_of_env_file())
    given = {line.key for line in lines if line.key} | set(os.environ)
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    wrong = [_unread(line) for line in lines if _is_unread(line)] + [
        f"{name}: no such setting{_nearest(name.upper(), known)}"
        for name in sorted(given)
        if name.upper().startswith(PREFIX) and name.upper() not in known
    ]
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = PREFIX + str(problem["loc"][0]).upper()
            # A URL may contain a password, and this message is logged.
            value = "" if name.endswith("_URL") else f"={problem['input']}"
            wrong.append(f"{name}{value}: {_reason(problem)}")
        raise InvalidSettings("\n".join(wrong)) from error
    if wrong:
        raise InvalidSettings("\n".join(wrong))
    return settings


@cache
def settings_of_start() -> Settings:
    """Return the settings that the process started with, read once.

    Gunicorn reruns its configuration file at every HUP, in a process that has already loaded the
    application: new values would be mixed with old ones, and a mistake would end a working server.

    Raises:
        InvalidSettings: as `load_settings`.
    """
    return load_settings()


def _reason(problem: ErrorDetails) -> str:
    message = MESSAGES.get(problem["type"])
    if message is None:
        return problem["msg"].removeprefix("Value error, ")
    default = Settings.model_fields[str(problem["loc"][0])].default
    return message.format(default=default, **problem.get("ctx", {}))


def _lines_of_env_file() -> Iterator[Binding]:
    file = Path(ENV_FILE)
    try:
        text = file.read_text(encoding="utf-8-sig") if file.is_file() else ""
    except UnicodeDecodeError:
        raise InvalidSettings(f"{ENV_FILE}: it is not in UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise InvalidSettings(f"{ENV_FILE}: it cannot be read: {error.strerror}") from error
    return parse_stream(StringIO(text))


def _is_unread(line: Binding) -> bool:
    """Whether a line looks like a setting, but pydantic-settings would ignore it."""
    return PREFIX in line.original.string.upper() and (
        line.error or (line.key is not None and line.value is None)
    )


def _unread(line: Binding) -> str:
    # Not the line itself, which may contain a password. Its text includes empty lines before it.
    text = line.original.string
    number = line.original.line + text[: -len(text.lstrip())].count("\n")
    return f"{ENV_FILE}, line {number}: not a setting; write it as NAME=VALUE, and close quotes"


def _is_redis(url: str) -> bool:
    """Whether a URL names a Redis, and nothing that the client would ignore or fail on."""
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        return False
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    return (
        parts.scheme in ("redis", "rediss")
        and bool(parts.hostname)
        and has_port
        and re.fullmatch(r"(/\d*)?", parts.path, re.ASCII) is not None
        and options.keys() <= (TLS_OPTIONS if parts.scheme == "rediss" else set())
        and all(options.values())
        and not parts.fragment
    )


def _with_password(url: URL, file: Path) -> str:
    if url.drivername == "sqlite" or url.password is not None:
        raise ValueError(
            f"{PREFIX}DATABASE_PASSWORD_FILE is for a mysql+pymysql:// URL without a password"
        )
    return url.set(password=_password_in(file)).render_as_string(hide_password=False)


def _password_in(file: Path) -> str:
    try:
        if not file.is_file():
            raise ValueError("there is no such file")
        # Editors end a file with a line break; passwords contain none.
        password = file.read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("it is not in UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}") from error
    if not password:
        raise ValueError("it is empty; put the password into it")
    return password


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; the settings are {', '.join(known)}"
