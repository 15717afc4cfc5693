"""What has been computed, on disk: measured cells, judged claims and indexes, shared by concurrent runs.

One file an entry, ``<root>/<kind>/<first two digits of the key>/<key>.json``. An entry is written to a
temporary file beside it and moved into place, so that whoever reads finds a whole entry or none, whenever a
writer was killed.
"""

from __future__ import annotations

import errno
import hashlib
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
from lemmata.seeding import canonical_json

SCHEMA = "lemmata-store/1"
"""Tag of the entries that this version writes and reads. Entries of another version count as absent."""

Kind = Literal["cells", "verdicts", "index"]
Value = dict[str, Any]

KINDS: tuple[Kind, ...] = get_args(Kind)

_ANY_VERSION = re.compile(r"lemmata-store/[0-9]+")
_KEY = re.compile(r"[0-9a-f]{64}")

# Where the files of a kind are; their names begin with the key.
_ENTRIES = "{kind}/??/*.json"
_TEMPORARIES = "{kind}/??/.*.tmp"
_SET_ASIDE = "corrupt/{kind}/*.json"
_LOCKS = "locks/{kind}/*.lock"
_TRIALS = ".trial-"


class _CorruptError(Exception):
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
            new = not root.exists()
            root.mkdir(parents=True, exist_ok=True)
            if new:
                (root / ".gitignore").write_text("*\n")  # what is in it belongs into no repository
            # Permission bits say nothing to a superuser, on a read-only mount, or over quota. Writing does.
            with tempfile.NamedTemporaryFile(prefix=_TRIALS, dir=root) as trial:
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
        except _CorruptError:
            return self._load_or_set_aside(kind, key, path)

    def write(self, kind: Kind, key: str, value: Value) -> None:
        """Write or replace an entry. It is there for good once this returns.

        Raises
        ------
        LemmataError : the key is not 64 hexadecimal digits, the value is not a dictionary of plain finite
            JSON values (no NaN, no infinity), or the store cannot be written.
        """
        path = self._path(kind, key)
        content = _encode(kind, key, value)
        # Writers take turns, so that one name is enough and what a killed one left is overwritten by the
        # next.
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

        Reentrant within a thread. Who holds several at a time takes them in the order verdicts, cells, lest
        two wait for each other.

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
        for _, _, path in self._files(_ENTRIES):
            with suppress(FileNotFoundError):  # removed meanwhile
                total += path.stat().st_size
                entries += 1
        return entries, total

    def clear(self) -> int:
        """Remove the entries, what was set aside, what killed processes left; return the number of entries.

        Only files of a store are removed, in case the root holds others. A run that goes on meanwhile
        computes anew what it misses.

        Raises
        ------
        LemmataError : something cannot be removed.
        """
        removed = 0
        try:
            for _, _, path in self._files(_ENTRIES):
                path.unlink(missing_ok=True)
                removed += 1
            for path in [*(path for _, _, path in self._files(_SET_ASIDE)), *self.root.glob(f"{_TRIALS}*")]:
                path.unlink(missing_ok=True)
            for kind, key, path in [*self._files(_TEMPORARIES), *self._files(_LOCKS)]:
                with suppress(Timeout), self._hold(kind, key, wait=False):  # else it is in use
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(self.root, error) from error
        return removed

    def _path(self, kind: Kind, key: str) -> Path:
        if kind not in KINDS or not _KEY.fullmatch(key):
            raise LemmataError(
                f"store entry {kind}/{key}: needs a kind of {', '.join(KINDS)} and 64 hexadecimal digits"
            )
        return self.root / kind / key[:2] / f"{key}.json"

    def _load(self, kind: Kind, key: str, path: Path) -> Value | None:
        try:
            return _decode(kind, key, path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EPERM, errno.EIO}:
                raise _CorruptError from error
            raise _unusable(self.root, error) from error

    def _load_or_set_aside(self, kind: Kind, key: str, path: Path) -> Value | None:
        # Another process may have replaced the entry since it was read. It must not have done so between the
        # second look and the move, or a good entry is lost: hence the claim. Whoever has the claim meets the
        # entry itself.
        with suppress(Timeout), self._hold(kind, key, wait=False):
            try:
                return self._load(kind, key, path)
            except _CorruptError:
                target = self.root / "corrupt" / kind / f"{key}.json"
                try:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.replace(path, target)
                except OSError as error:
                    raise _unusable(self.root, error) from error
                self.set_aside.append(target)
        return None

    @contextmanager
    def _hold(self, kind: Kind, key: str, wait: bool) -> Iterator[None]:
        """Hold the lock of an entry.

        The kernel lets go of a killed process's locks. One lock an entry, as a few shared ones would make
        workers wait for minutes on cells that are not theirs, and could deadlock who holds two. So that lock
        files do not pile up, the holder removes the file as its last act. Who waited on the removed file
        finds, once it is let in, that the file has no name any more, and starts over (``filelock`` checks
        that).
        """
        self._path(kind, key)
        path = self.root / "locks" / kind / f"{key}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A singleton within the process, and so reentrant. Without the fallback for file systems that
            # have no locks, as the fallback's locks outlive a killed process.
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

    def _files(self, where: str) -> Iterator[tuple[Kind, str, Path]]:
        for kind in KINDS:
            for path in self.root.glob(where.format(kind=kind)):
                key = path.stem.lstrip(".")
                if _KEY.fullmatch(key):
                    yield kind, key, path


def _encode(kind: Kind, key: str, value: Value) -> bytes:
    if not isinstance(value, dict):
        raise LemmataError(f"store entry {kind}/{key}: {type(value).__name__} is not a dictionary")
    entry = {"schema": SCHEMA, "sha256": _checksum(kind, key, value), "value": value}
    return json.dumps(entry, separators=(",", ":")).encode()


def _checksum(kind: Kind, key: str, value: Value) -> str:
    """SHA-256 over the value and the entry's name, so that an entry under another's name is found out too.

    Raises
    ------
    LemmataError : the value is not made of plain finite JSON values.
    """
    name = f"{kind}/{key}"
    return hashlib.sha256(f"{name} {canonical_json(value, name)}".encode()).hexdigest()


def _decode(kind: Kind, key: str, content: bytes) -> Value | None:
    try:
        entry = json.loads(content)
        tag = entry["schema"]
        if tag != SCHEMA and _ANY_VERSION.fullmatch(tag):
            return None
        value: Value = entry["value"]
        intact = tag == SCHEMA and isinstance(value, dict) and entry["sha256"] == _checksum(kind, key, value)
    except (ValueError, TypeError, LookupError, RecursionError, LemmataError) as error:
        raise _CorruptError from error
    if not intact:
        raise _CorruptError
    return value


def _unusable(root: Path, error: OSError) -> LemmataError:
    reason = error.strerror or str(error)
    if isinstance(error, FileExistsError | NotADirectoryError):
        reason = "not a directory"
    return LemmataError(f"store {root}: {reason}; choose another place with --store or LEMMATA_STORE")
