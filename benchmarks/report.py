"""The document about performance, written from the results."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.results import Piece
from benchmarks.tables import joined, markdown

_HEAD: Final = """# Performance

How fast, beside the least that the same work can cost. `make bench` measures in minutes,
`make bench-full` with one and ten million rows in hours; both print one table.
This document is written by a command, from what one of them measured; below each table stands by
which, and when. Large archives are measured by:

    make bench-full BENCH_MYSQL_URL=mysql+pymysql://USER:PASSWORD@HOST:PORT/DATABASE
    python -m benchmarks report --directory build/bench-full --to docs/performance.md

The MySQL server runs with `--innodb-buffer-pool-size=4G --innodb-redo-log-capacity=1G
--innodb-ft-cache-size=80000000`, and does not wait for its disk, for Dateline and for the floor
alike: `--innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --innodb-doublewrite=OFF
--innodb-flush-method=O_DIRECT_NO_FSYNC --innodb-extend-and-initialize=OFF`. Its user may make
databases and look at the sizes of files (PROCESS).
What was measured in the directory is not measured again, so a run that was cut off goes on with
the same command; to measure a piece anew, remove its file from `build/bench-full/results`.
`--only sqlite` or `--only mysql` measures one database alone.

How to read the tables:

- `ms`: the middle of n answers, and the time that 99 of 100 answers do not exceed.
- rates: the middle of n rounds, and the least and the greatest.
- `beside`: the least that the same work can cost, measured in turn with it; `ratio` is the middle of
  all quotients of the two.
- The rows are made by `python -m benchmarks rows`: 100,000 words of nine languages as common and
  rare as words are, 5,000 sites with their hosts, 25 years of dates; one in a hundred is faulty,
  and one in a hundred is sent twice.

Where it falls short of what was aimed at:

- An import into an SQLite archive of ten million entries has half the rate of one into a new one,
  where a quarter less was aimed at: three indexes are in random order, so that each row has a page
  of each of them read and written. The floor, which has none of them, loses more than a
  third.
- At ten million entries on SQLite a text takes up to seven times as long as at one million, where
  twice was aimed at (a missing or a rare one 1.3 to 2.1 times), and the sites of one up to six
  times, since every block of the text index is asked (docs/search.md).
- At one million on SQLite a text in URLs has 99 of 100 answers within 10 to 18 ms, and a host in a
  time, its timeline and that of a large domain within 11 to 14, where 10 was aimed at.
- Ready-made answers have some three quarters of the rate of a constant of bare WSGI, and 3.2 times
  that of the first version, where 0.9 and four times were aimed at: each looks whether it is
  current (docs/decisions/0007).
"""


def write_report(pieces: Sequence[Piece], to: Path) -> None:
    """Write the document anew."""
    lines = [_HEAD]
    for piece in joined(pieces):
        lines += markdown(piece)
    to.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
