"""What has been computed, on disk: measured cells, judged claims and indexes, shared by concurrent runs.

One file an entry, ``<root>/<kind>/<first two digits of the key>/<key>.json``. An entry is written to a temporary
file beside it and moved into place, so that whoever reads finds a whole entry or none, whenever a writer was
killed.
"""

from __future__ import annotations

import errno
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from filelock import FileLock, Timeout

from lemmata.errors import LemmataError
from lemmata.seeding import digest

SCHEMA = "lemmata-store/1"
"""Tag of the entries that this version writes and reads. Entries of another version count as absent."""

Kind = Literal["cells", "verdicts", "index"]
Value = dict[str, Any]

KINDS: tuple[Kind, ...] = get_args(Kind)

_ANY_VERSION = re.compile(r"lemmata-store/[0-9]+")
_KEY = re.compile(r"[0-9a-f]{64}")
_ENTRY = re.compile(r"[0-9a-f]{64}\.json")
_TEMPORARY = re.compile(r"\.([0-9a-f]{64})\.tmp")
_LOCK = re.compile(rf"({'|'.join(KINDS)})-([0-9a-f]{{64}})\.lock")
_SET_ASIDE = re.compile(rf"({'|'.join(KINDS)})-[0-9a-f]{{64}}\.json")
_TRIAL = ".trial-"


class _Corrupt(Exception):
    """The file of an entry does not say what was written there."""


@dataclass
class Store:
    """A directory of JSON entries by kind and key (64 hexadecimal digits, see ``lemmata.seeding.digest``).

    Safe for concurrent threads and processes, and for SIGKILL at any moment. Picklable.

    Attributes
    ----------
    root : the directory; ``Store.open`` makes it and tries it.
    set_aside : corrupt entries found through this object: moved to ``<root>/corrupt``, and absent since.
    """

    root: Path
    set_aside: list[Path] = field(default_factory=list)

    @classmethod
    def open(cls, root: Path) -> Store:
        """The store at ``root``, after a trial that it can be written.

        Raises
        ------
        LemmataError : it cannot; the message names the path and the remedy.
        """
        try:
            root.mkdir(parents=True, exist_ok=True)
            # Permission bits say nothing to a superuser, on a read-only mount, or over quota. Writing does.
            with tempfile.NamedTemporaryFile(prefix=_TRIAL, dir=root) as trial:
                trial.write(b"trial")
        except OSError as error:
            raise _unusable(root, error) from error
        return cls(root)

    def read(self, kind: Kind, key: str) -> Value | None:
        """The entry's value; None if it is absent, of another version, or corrupt (then it is set aside).

        Never waits.

        Raises
        ------
        LemmataError : the key is not 64 hexadecimal digits, or the store cannot be used.
        """
        path = self._path(kind, key)
        try:
            return self._load(kind, key, path)
        except _Corrupt:
            return self._load_or_set_aside(kind, key, path)

    def write(self, kind: Kind, key: str, value: Value) -> None:
        """Write or replace an entry. It is there for good once this returns.

        Raises
        ------
        LemmataError : the key is not 64 hexadecimal digits, the value is not a dictionary of plain finite JSON
            values (no NaN, no infinity), or the store cannot be written.
        """
        path = self._path(kind, key)
        content = _encode(kind, key, value)
        # Writers take turns, so that one name is enough and what a killed one left is overwritten by the next.
        temporary = path.with_name(f".{key}.tmp")
        with self.claim(kind, key):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                with temporary.open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            except OSError as error:
                raise _unusable(self.root, error) from error

    @contextmanager
    def claim(self, kind: Kind, key: str) -> Iterator[None]:
        """Hold an entry alone among all threads and processes, after waiting for whoever holds it.

        Reentrant within a thread. Who holds several at a time takes them in the order verdicts, cells, lest two
        wait for each other.

        Raises
        ------
        LemmataError : the key is not 64 hexadecimal digits, or the store cannot be written.
        """
        with self._hold(kind, key, wait=True):
            yield

    def compute_once(self, kind: Kind, key: str, compute: Callable[[], Value]) -> Value:
        """The stored value, computed and stored first if it is absent; who asks meanwhile waits for it.

        Returns
        -------
        The value as it reads back: tuples have become lists.

        Raises
        ------
        LemmataError : as ``write``. What ``compute`` raises passes through and leaves the entry absent.
        """
        found = self.read(kind, key)
        if found is not None:
            return found
        with self.claim(kind, key):
            found = self.read(kind, key)
            if found is None:
                computed = compute()
                self.write(kind, key, computed)
                found = json.loads(json.dumps(computed))
        return found

    def size(self) -> tuple[int, int]:
        """Number of entries, and their bytes."""
        entries = total = 0
        for path in self._entries():
            with suppress(FileNotFoundError):  # removed meanwhile
                total += path.stat().st_size
                entries += 1
        return entries, total

    def clear(self) -> int:
        """Remove all entries, what was set aside, and what killed processes left; return the number of entries.

        Only files of a store are removed, in case the root holds others. A run that goes on meanwhile computes
        anew what it misses.

        Raises
        ------
        LemmataError : something cannot be removed.
        """
        removed = 0
        try:
            for path in self._entries():
                path.unlink(missing_ok=True)
                removed += 1
            for path in [*_matching(self.root / "corrupt", _SET_ASIDE), *self.root.glob(f"{_TRIAL}*")]:
                path.unlink(missing_ok=True)
            for kind, key, path in self._temporaries():
                with suppress(Timeout), self._hold(kind, key, wait=False):  # else it is being written
                    path.unlink(missing_ok=True)
            for kind, key in self._locks():
                with suppress(Timeout), self._hold(kind, key, wait=False):
                    pass  # letting go removes it
        except OSError as error:
            raise _unusable(self.root, error) from error
        return removed

    def _path(self, kind: Kind, key: str) -> Path:
        if kind not in KINDS or not _KEY.fullmatch(key):
            raise LemmataError(
                f"store entry {kind}/{key}: needs one of {', '.join(KINDS)} and a key of 64 hexadecimal digits"
            )
        return self.root / kind / key[:2] / f"{key}.json"

    def _load(self, kind: Kind, key: str, path: Path) -> Value | None:
        try:
            return _decode(kind, key, path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in {errno.EISDIR, errno.EACCES, errno.EPERM, errno.EIO}:
                raise _Corrupt from error
            raise _unusable(self.root, error) from error

    def _load_or_set_aside(self, kind: Kind, key: str, path: Path) -> Value | None:
        # Another process may have replaced the entry since it was read. It must not have done so between the second
        # look and the move, or a good entry is lost: hence the claim. Whoever has the claim meets the entry itself.
        with suppress(Timeout), self._hold(kind, key, wait=False):
            try:
                return self._load(kind, key, path)
            except _Corrupt:
                target = self.root / "corrupt" / f"{kind}-{key}.json"
                try:
                    target.parent.mkdir(exist_ok=True)
                    os.replace(path, target)
                except OSError as error:
                    raise _unusable(self.root, error) from error
                self.set_aside.append(target)
        return None

    @contextmanager
    def _hold(self, kind: Kind, key: str, wait: bool) -> Iterator[None]:
        """Hold the lock of an entry.

        The kernel lets go of a killed process's locks. One lock an entry, as a few shared ones would make workers wait
        for minutes on cells that are not theirs, and could deadlock who holds two. So that lock files do not pile up,
        the holder removes the file as its last act. Who waited on the removed file finds, once it is let in, that
        the file has no name any more, and starts over (``filelock`` checks that).
        """
        self._path(kind, key)
        path = self.root / "locks" / f"{kind}-{key}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A singleton within the process, and so reentrant. Without the fallback for file systems that have no
            # locks, as the fallback's locks outlive a killed process.
            lock = FileLock(path, is_singleton=True, fallback_to_soft=False)
            outermost = not lock.is_locked
            lock.acquire(blocking=wait)
        except Timeout:
            raise
        except OSError as error:
            raise _unusable(self.root, error) from error
        try:
            yield
        finally:
            if outermost:
                with suppress(OSError):  # some systems do not remove open files
                    path.unlink()
            lock.release()

    def _entries(self) -> Iterator[Path]:
        for kind in KINDS:
            for shard in self.root.glob(f"{kind}/??"):
                yield from _matching(shard, _ENTRY)

    def _temporaries(self) -> Iterator[tuple[Kind, str, Path]]:
        for kind in KINDS:
            for shard in self.root.glob(f"{kind}/??"):
                for path in _matching(shard, _TEMPORARY):
                    yield kind, path.name[1:65], path
