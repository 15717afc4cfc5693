"""The store: entries survive kills, read back bit for bit, are computed once; corruption is found out."""

from __future__ import annotations

import errno
import json
import math
import os
import pickle
import random
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata.errors import LemmataError
from lemmata.seeding import canonical_json, digest
from lemmata.store import SCHEMA, Kind, Store

KEY = digest("key")
VALUE = {
    "loss": [0.1, -0.0, 5e-324, 1.7976931348623157e308],
    "name": "é\n\U0001f600",
    "n": 10**30,
    "none": None,
}

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Another process, which has the names that the snippets below use."""
    preamble = "import json, sys, time; from pathlib import Path; from lemmata.store import Store; "
    preamble += "from lemmata.seeding import digest; store = Store(Path(sys.argv[1]))\n"
    command = [sys.executable, "-c", preamble + code, *map(str, arguments)]
    return subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> list[str]:
    """The lines a process prints, after it ended well."""
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return output.splitlines()


def files(root: Path) -> list[Path]:
    """All files, without the one that keeps the store out of a repository."""
    return [path for path in root.rglob("*") if path.is_file() and path != root / ".gitignore"]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store")


def entry_path(store: Store, kind: Kind = "cells", key: str = KEY) -> Path:
    return store.root / kind / key[:2] / f"{key}.json"


# Reading what was written

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | st.integers() | FLOATS | st.text()
VALUES = st.dictionaries(st.text(), LEAVES | st.lists(LEAVES) | st.dictionaries(st.text(), LEAVES), max_size=4)


@given(VALUES, st.sampled_from(["cells", "verdicts", "index"]))
def test_values_read_back(tmp_path_factory: pytest.TempPathFactory, value: dict[str, Any], kind: Kind) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "shared store")
    store.write(kind, KEY, value)
    read = Store(store.root).read(kind, KEY)
    assert read == value
    assert canonical_json(read) == canonical_json(value)  # which tells 1, 1.0, True and 0.0, -0.0 apart
    assert list(read) == list(value)


@given(st.lists(FLOATS))
def test_floats_read_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, values: list[float]) -> None:
    store = Store(tmp_path_factory.getbasetemp() / "shared store")
    store.write("cells", KEY, {"values": values})
    read = store.read("cells", KEY)
    assert read is not None
    assert [struct.pack("d", x) for x in read["values"]] == [struct.pack("d", x) for x in values]


def test_absent_entries_read_as_none(store: Store) -> None:
    assert store.read("cells", KEY) is None
    store.write("cells", KEY, VALUE)
    assert store.read("verdicts", KEY) is None
    assert store.read("cells", digest("other")) is None


def test_the_last_value_written_counts(store: Store) -> None:
    store.write("cells", KEY, VALUE)
    store.write("cells", KEY, {"loss": 2})
    assert store.read("cells", KEY) == {"loss": 2}
    assert store.size()[0] == 1


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_and_named(store: Store, value: float) -> None:
    with pytest.raises(LemmataError, match=rf"cells/{KEY}\['loss'\]\[1\]: {value} is not a finite number"):
        store.write("cells", KEY, {"loss": [1.0, value]})
    assert files(store.root) == []


@pytest.mark.parametrize("value", [[1], "text", None, 1.0])
def test_what_is_not_a_dictionary_is_refused(store: Store, value: Any) -> None:
    with pytest.raises(LemmataError, match="is not a dictionary"):
        store.write("cells", KEY, value)


@pytest.mark.parametrize("key", ["", "abc", KEY.upper(), KEY + "0", KEY + "\n", "../" * 21 + "a", "é" * 64])
def test_keys_are_64_hexadecimal_digits(store: Store, key: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: store.read("cells", key),
        lambda: store.write("cells", key, {}),
        lambda: store.compute_once("cells", key, dict),
    ]
    for call in calls:
        with pytest.raises(LemmataError, match="64 hexadecimal digits"):
            call()


def test_kinds_are_known(store: Store) -> None:
    with pytest.raises(LemmataError, match="cells, verdicts, index"):
        store.read("corrupt", KEY)  # type: ignore[arg-type]


def test_a_pickled_store_is_the_same_store(store: Store) -> None:
    store.write("cells", KEY, VALUE)
    assert pickle.loads(pickle.dumps(store)).read("cells", KEY) == VALUE


# Opening


@pytest.mark.parametrize("below", ["", "store", "deep/store"])
def test_a_file_is_no_store(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(LemmataError, match="not a directory; choose another place with --store or LEMMATA_STORE"):
        Store.open(tmp_path / "file" / below)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a directory in which not even root can write")
@pytest.mark.parametrize("root", ["/proc", "/proc/store"])
def test_a_directory_that_refuses_files_is_found_out_by_trying(root: str) -> None:
    with pytest.raises(LemmataError, match=rf"store {root}: .*; choose another place with --store") as raised:
        Store.open(Path(root))
    assert "\n" not in str(raised.value)


def test_opening_makes_the_directory_and_leaves_nothing_in_it(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "deep" / "store")
    assert [path.name for path in store.root.iterdir()] == [".gitignore"]
    assert (store.root / ".gitignore").read_text() == "*\n"


# Being killed

WRITER = """
for i in range(10**9):
    store.write("cells", digest(sys.argv[2], i), {"i": i, "payload": [i / 7] * 2000})
    print(i, flush=True)
"""


def test_no_finished_entry_is_lost_when_writers_are_killed(store: Store) -> None:
    draw = random.Random(1)
    announced = []
    for turn in range(6):
        writer = start(WRITER, store.root, turn)
        assert writer.stdout is not None
        first = writer.stdout.readline()
        threading.Event().wait(draw.uniform(0, 0.1))
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        announced += [(turn, int(i)) for i in [first, *rest.splitlines()]]
    for turn, i in announced:
        assert store.read("cells", digest(str(turn), i)) == {"i": i, "payload": [i / 7] * 2000}
    assert store.set_aside == []
    entries, size = store.size()
    assert 0 <= entries - len(announced) <= 6  # a turn's last entry may be finished and not announced
    assert size > entries * 2000
    for turn, i in announced[-3:]:  # neither a lock nor a temporary file stands in the way
        store.write("cells", digest(str(turn), i + 1), {})
    assert store.clear() >= entries
    assert files(store.root) == []


def test_a_killed_holder_blocks_nobody(store: Store) -> None:
    code = """
def compute():
    print("computing", flush=True)
    time.sleep(600)
store.compute_once("cells", digest("key"), compute)
"""
    holder = start(code, store.root)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "computing\n"
    holder.kill()
    holder.communicate()
    follower = start("print(store.compute_once('cells', digest('key'), lambda: {'x': 1}))", store.root)
    assert finish(follower) == ["{'x': 1}"]
    assert files(store.root) == [entry_path(store)]


def test_a_temporary_file_left_behind_is_harmless(store: Store) -> None:
    path = entry_path(store)
    path.parent.mkdir(parents=True)
    path.with_name(f".{KEY}.tmp").write_bytes(b"half an ent")
    assert store.read("cells", KEY) is None
    assert store.size() == (0, 0)
    store.write("cells", KEY, VALUE)
    assert store.read("cells", KEY) == VALUE
    assert files(store.root) == [path]


def test_a_failed_write_leaves_the_old_entry(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write("cells", KEY, VALUE)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(LemmataError, match="No space left on device; choose another place"):
            store.write("cells", KEY, {})
    assert store.read("cells", KEY) == VALUE


# Running concurrently

COMPUTER = """
def compute(i):
    with open(sys.argv[2], "a") as log:
        log.write(f"{i}\\n")
    time.sleep(0.01)
    return {"i": i}


for i in json.loads(sys.argv[3]):
    assert store.compute_once("cells", digest(i), lambda: compute(i)) == {"i": i}
"""


def test_concurrent_processes_compute_each_key_once(store: Store, tmp_path: Path) -> None:
    log = tmp_path / "log"
    orders = [list(range(20)), list(range(19, -1, -1)), list(range(20))]
    processes = [start(COMPUTER, store.root, log, order) for order in orders]
    for process in processes:
        finish(process)
    assert sorted(map(int, log.read_text().splitlines())) == list(range(20))
    assert store.size()[0] == 20
    assert not list(store.root.glob("locks/*/*"))


def test_a_claim_is_exclusive_although_its_lock_file_comes_and_goes(store: Store, tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    code = """
counter = Path(sys.argv[2])
for _ in range(40):
    with store.claim("cells", digest("key")):
        value = int(counter.read_text())
        time.sleep(0)
        counter.write_text(str(value + 1))
"""
    for process in [start(code, store.root, counter) for _ in range(3)]:
        finish(process)
    assert counter.read_text() == "120"


def test_writers_of_one_key_take_turns(store: Store) -> None:
    values = [{"payload": [writer] * 20_000} for writer in range(4)]

    def work(value: dict[str, Any]) -> None:
        for _ in range(10):
            store.write("cells", KEY, value)
            assert store.read("cells", KEY) in values

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, values))
    assert store.set_aside == []


def test_threads_compute_a_key_once(store: Store) -> None:
    calls = count()
    barrier = threading.Barrier(4)
    results: list[dict[str, Any]] = []

    def work() -> None:
        barrier.wait()
        results.append(store.compute_once("cells", KEY, lambda: {"calls": next(calls)}))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [{"calls": 0}] * 4


def test_claims_nest_in_a_thread(store: Store) -> None:
    with store.claim("verdicts", KEY), store.claim("cells", KEY), store.claim("cells", KEY):
        assert store.compute_once("cells", KEY, lambda: {"x": 1}) == {"x": 1}
        assert len(list(store.root.glob("locks/*/*"))) == 2
    assert not list(store.root.glob("locks/*/*"))


def test_computed_values_are_what_reads_back(store: Store) -> None:
    first = store.compute_once("cells", KEY, lambda: {"pair": (1, 2.5)})
    assert first == {"pair": [1, 2.5]}
    assert store.compute_once("cells", KEY, lambda: pytest.fail("computed twice")) == first


def test_a_failed_computation_leaves_nothing(store: Store) -> None:
    def fail() -> dict[str, Any]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.compute_once("cells", KEY, fail)
    assert files(store.root) == []
    assert store.compute_once("cells", KEY, lambda: {"x": 1}) == {"x": 1}


# Corruption


def wrapped(**entry: object) -> bytes:
    return json.dumps({"schema": SCHEMA, "sha256": "0" * 64, "value": {}} | entry).encode()


GARBAGE = {
    "empty": b"",
    "binary": bytes(range(256)),
    "no entry": b"{}",
    "null": b"null",
    "number": b"3",
    "list": b"[1, 2]",
    "text": b'"schema"',
    "no value": json.dumps({"schema": SCHEMA, "sha256": "0" * 64}).encode(),
    "no schema": json.dumps({"value": {}}).encode(),
    "strange schema": wrapped(schema="something else"),
    "schema of another type": wrapped(schema=["lemmata-store/1"]),
    "wrong checksum": wrapped(),
    "checksum of another type": wrapped(sha256=None),
    "value of another type": wrapped(value=[1]),
    "not a number": wrapped(value={"x": math.nan}),
    "nested beyond measure": b"[" * 100_000,
    "endless digits": b"1" * 5000,
}


@pytest.mark.parametrize("content", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_reported_set_aside_and_recomputed(store: Store, content: bytes) -> None:
    path = entry_path(store)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert store.read("cells", KEY) is None
    [aside] = store.set_aside
    assert aside == store.root / "corrupt" / "cells" / f"{KEY}.json"
    assert aside.read_bytes() == content
    assert not path.exists()
    assert store.read("cells", KEY) is None
    assert store.compute_once("cells", KEY, lambda: VALUE) == VALUE
    assert store.read("cells", KEY) == VALUE
    assert store.set_aside == [aside]


def test_every_truncation_is_noticed(store: Store) -> None:
    store.write("cells", KEY, {"x": 0.5})
    path = entry_path(store)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert store.read("cells", KEY) is None
    assert len(store.set_aside) == len(content)


def test_no_flipped_bit_changes_what_is_read(store: Store) -> None:
    store.write("cells", KEY, {"x": 0.5, "name": "aé"})
    path = entry_path(store)
    content = path.read_bytes()
    version = content.index(SCHEMA.encode()) + len(SCHEMA) - 1
    for position in range(len(content)):
        flipped = bytearray(content)
        flipped[position] ^= 1 << position % 8
        path.write_bytes(flipped)
        reported = len(store.set_aside)
        assert store.read("cells", KEY) is None
        assert len(store.set_aside) == reported + (position != version)


def test_an_entry_under_another_name_is_noticed(store: Store) -> None:
    store.write("cells", KEY, VALUE)
    content = entry_path(store).read_bytes()
    other = digest("other")
    for kind, key in (("cells", other), ("verdicts", KEY)):
        store.write(kind, key, {})  # type: ignore[arg-type]
        entry_path(store, kind, key).write_bytes(content)  # type: ignore[arg-type]
        assert store.read(kind, key) is None  # type: ignore[arg-type]
    assert len(store.set_aside) == 2
    assert store.read("cells", KEY) == VALUE


def test_unreadable_entries_are_set_aside(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write("cells", KEY, VALUE)

    def unreadable(path: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", unreadable)
        assert store.read("cells", KEY) is None
    assert len(store.set_aside) == 1


def test_trouble_of_the_machine_is_not_taken_for_corruption(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write("cells", KEY, VALUE)

    def exhausted(path: Path) -> bytes:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", exhausted)
        with pytest.raises(LemmataError, match="Too many open files"):
            store.read("cells", KEY)
    assert store.read("cells", KEY) == VALUE


def test_entries_of_another_version_are_absent_but_not_corrupt(store: Store) -> None:
    path = entry_path(store)
    path.parent.mkdir(parents=True)
    content = wrapped(schema="lemmata-store/99", value="in another shape")
    path.write_bytes(content)
    assert store.read("cells", KEY) is None
    assert store.set_aside == []
    assert path.read_bytes() == content
    store.write("cells", KEY, VALUE)
    assert store.read("cells", KEY) == VALUE


def test_reading_a_corrupt_entry_does_not_wait_for_its_claim(store: Store) -> None:
    path = entry_path(store)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"garbage")
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with store.claim("cells", KEY):
            held.set()
            done.wait()
            assert store.read("cells", KEY) is None  # the holder sets it aside

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    assert store.read("cells", KEY) is None
    assert store.set_aside == []
    done.set()
    thread.join()
    assert len(store.set_aside) == 1


# Size and clearing


def test_clearing_removes_the_store_and_nothing_else(store: Store) -> None:
    for i in range(5):
        store.write("cells", digest(i), {"i": i})
    store.write("verdicts", KEY, VALUE)
    entry_path(store, key=digest(0)).write_bytes(b"garbage")
    assert store.read("cells", digest(0)) is None
    entry_path(store).parent.mkdir(exist_ok=True)
    entry_path(store).with_name(f".{KEY}.tmp").write_bytes(b"half")
    (store.root / "locks" / "cells" / f"{KEY}.lock").touch()
    (store.root / ".trial-x").touch()
    others = [store.root / "notes.txt", store.root / "cells" / "a", entry_path(store).with_name("notes.json")]
    for other in others:
        other.write_text("mine")
    kept = [entry_path(store, key=digest(i)) for i in range(1, 5)] + [entry_path(store, "verdicts")]
    assert store.size() == (5, sum(path.stat().st_size for path in kept))
    assert store.clear() == 5
    assert sorted(files(store.root)) == sorted(others)
    assert store.size() == (0, 0)
    assert store.clear() == 0


def test_clearing_spares_what_is_being_written(store: Store) -> None:
    path = entry_path(store).with_name(f".{KEY}.tmp")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")
    done = threading.Event()
    held = threading.Event()

    def hold() -> None:
        with store.claim("cells", KEY):
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    store.clear()
    assert path.exists()
    done.set()
    thread.join()
    store.clear()
    assert files(store.root) == []


def test_a_root_that_was_never_opened_is_empty(tmp_path: Path) -> None:
    store = Store(tmp_path / "nowhere")
    assert store.read("cells", KEY) is None
    assert store.size() == (0, 0)
    assert store.clear() == 0
    assert not store.root.exists()
