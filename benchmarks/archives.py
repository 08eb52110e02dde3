"""The archives that are measured: one per database, kept between runs."""

from dataclasses import dataclass
from pathlib import Path

import pymysql
from sqlalchemy import URL, func, make_url, select

from dateline.config import Settings
from dateline.models import Entry
from dateline.wiring import Services, open_services


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive, which may not exist yet.

    Attributes:
        kind: sqlite or mysql.
        url: the URL of its database.
    """

    kind: str
    url: URL

    @property
    def address(self) -> str:
        """Return the URL as written in settings."""
        return self.url.render_as_string(hide_password=False)

    def beside(self, name: str) -> "Archive":
        """Return another archive on the same database, named after this one."""
        if self.kind == "sqlite":
            path = Path(self.url.database or "")
            file = path.with_stem(f"{path.stem}-{name}")
            return Archive(self.kind, self.url.set(database=str(file)))
        return Archive(self.kind, self.url.set(database=f"{self.url.database}_{name}"))

    def drop(self) -> None:
        """Delete the archive if it exists."""
        if self.kind == "sqlite":
            for ending in ("", "-wal", "-shm"):
                Path(f"{self.url.database}{ending}").unlink(missing_ok=True)
            return
        with connect(self.url.set(database="")) as connection:
            connection.cursor().execute(f"DROP DATABASE IF EXISTS `{self.url.database}`")

    def open(self) -> Services:
        """Open the archive without a cache, creating missing tables."""
        if self.kind == "mysql":
            with connect(self.url.set(database="")) as connection:
                connection.cursor().execute(f"CREATE DATABASE IF NOT EXISTS `{self.url.database}`")
        settings = Settings(
            database_url=self.address, cache_url="none://", database_timeout=600, lock_timeout=600
        )
        services = open_services(settings)
        services.database.upgrade()
        return services

    def last_id(self) -> int:
        """Return the id of the newest entry, or 0."""
        services = self.open()
        try:
            with services.database.reading() as session:
                return session.scalar(select(func.coalesce(func.max(Entry.id), 0))) or 0
        finally:
            services.close()

    def mib(self) -> float:
        """Return its size on disk in MiB, including indexes and SQLite's WAL file."""
        if self.kind == "sqlite":
            files = [Path(f"{self.url.database}{ending}") for ending in ("", "-wal")]
            return sum(file.stat().st_size for file in files if file.exists()) / 2**20
        with connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT SUM(file_size) FROM information_schema.innodb_tablespaces "
                "WHERE name LIKE %s",
                f"{self.url.database}/%",
            )
            rows = cursor.fetchall()
        return float(rows[0][0]) / 2**20


def sqlite_archive(directory: Path) -> Archive:
    """Return the SQLite archive in a directory."""
    return Archive("sqlite", URL.create("sqlite", database=str(directory / "archive.db")))


def mysql_archive(url: str) -> Archive:
    """Return the archive of a URL; its database need not exist yet."""
    return Archive("mysql", make_url(url))


def connect(url: URL) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    """Connect to a MySQL server without SQLAlchemy."""
    return pymysql.connect(
        host=url.host,
        port=url.port or 3306,
        user=url.username,
        password=url.password or "",
        database=url.database or None,
        charset="utf8mb4",
    )
