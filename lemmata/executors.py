"""Executors for cells: the ``concurrent.futures.Executor`` interface, in this process or in local worker processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import Any, ParamSpec, TypeVar

from lemmata.errors import LemmataError

P = ParamSpec("P")
T = TypeVar("T")

NAMES = ("processes", "serial")
_THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class SerialExecutor(Executor):
    """Runs each call at once, in this process: for debugging, and where processes cannot be made."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def starter(name: str, jobs: int) -> Callable[[], Executor]:
    """A function that makes the executor of that name when it is needed.

    Parameters
    ----------
    name : ``processes`` (``jobs`` local workers, one thread each) or ``serial``.
    jobs : number of workers, at least 1.

    Raises
    ------
    LemmataError : an unknown name, or fewer than one worker.
    """
    if jobs < 1:
        raise LemmataError(f"--jobs {jobs}: use at least 1")
    if name not in NAMES:
        raise LemmataError(f"unknown executor '{name}': use {', '.join(NAMES)}")
    return SerialExecutor if name == "serial" else lambda: _processes(jobs)


def _processes(jobs: int) -> Executor:
    # Workers inherit the environment, and read these when they import their numerical libraries. One thread a worker
    # is faster on many small cells, and makes rounding the same whatever the number of workers.
    for setting in _THREAD_SETTINGS:
        os.environ.setdefault(setting, "1")
    context = multiprocessing.get_context("spawn")
    return _Processes(jobs, mp_context=context, initializer=_start_worker, initargs=(os.getpid(),))


class _Processes(ProcessPoolExecutor):
    """A pool whose workers never see Ctrl-C, which is the parent's to handle: not even while they start."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if not hasattr(signal, "pthread_sigmask"):  # Windows
            return super().submit(fn, *args, **kwargs)
        # Workers are started here when they are needed, and inherit what is blocked.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this worker when its parent was killed: nothing else would wake it from waiting for work."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def default_jobs() -> int:
    """As many workers as this process may use processors."""
    affinity: Any = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else (os.cpu_count() or 1)
