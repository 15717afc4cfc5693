"""Writing what a command produces: whole files or nothing, and the standard output as ``-``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from lemmata.errors import LemmataError


def write_text(text: str, path: str | Path) -> None:
    """Put the text in place at once, so that no reader ever sees half of it; ``-`` is the standard output.

    Raises LemmataError when the place cannot be written.
    """
    if str(path) == "-":
        try:
            _write_out(text)
        except BrokenPipeError:  # whoever reads has had enough
            raise
        except OSError as error:
            raise LemmataError(f"the standard output cannot be written ({error.strerror}); name a file") from error
    else:
        write_bytes(text.encode("utf-8"), path)


def _write_out(text: str) -> None:
    # As UTF-8 whatever the system writes to a pipe: what reads it expects what is in the files.
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(text)
    else:
        sys.stdout.flush()
        stream.write(text.encode("utf-8"))
    sys.stdout.flush()


def write_bytes(content: bytes, path: str | Path) -> None:
    """Put the bytes in place at once.

    Raises LemmataError when the place cannot be written.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # A directory would be refused only by the last step, under the name of a temporary file.
        if target.is_dir():
            raise IsADirectoryError(21, "it is a directory")
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            # mkstemp is private to the user; what is published follows the umask as any file does.
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(name, 0o666 & ~mask)
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise LemmataError(
            f"{target}: cannot be written ({reason}); name a file in a folder you may write to"
        ) from error


def printable(text: str) -> str:
    """The text without what moves a terminal's cursor or changes its colours: a ledger may be somebody else's."""
    if text.isprintable():
        return text
    return "".join(" " if c.isspace() and c != "\n" else c for c in text if c.isprintable() or c.isspace())


def all_printable(value: Any) -> Any:
    """A document, or a part of one, with every text in it made printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {all_printable(key): all_printable(item) for key, item in value.items()}
    return [all_printable(item) for item in value] if isinstance(value, list) else value
