"""The log of one process: a file, a counter, and a record a write.

Every record is one `os.write` to a file opened for appending, so a process that is killed loses nothing it has written
and several processes may share a file. They need not: of a directory every process has its own file, and a process that
is forked, or that gets the log by pickle, opens one for itself.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Optional, Union

from creditlog.encode import line, record, roster
from creditlog.episode import Episode

LONGEST = 64 << 20
"""Bytes of the longest line that `creditscope` reads; a longer record is dropped."""
RETRY_SECONDS = 1.0
"""How long a file that could not be opened is left alone."""


class CreditLog:
    """Appends records to a file of its own. Threads may share a log.

    No method raises, but for calls that lack an argument: see `dropped`.
    """

    def __init__(self, path: Union[str, os.PathLike[str]], run: Optional[str] = None, *,
                 writer: Optional[dict[str, Any]] = None, clock: Callable[[], float] = time.time,
                 **header: Any) -> None:
        """Opens the log and writes its `run` record.

        `path`: a file to append to, or a directory (there, or ending in `/`) that gets a file for every process.
        `run`: name of the run, the same in all its processes; what has the same name adds to the same episodes. `writer`: host,
        pid and rank (default: found out). `clock`: seconds since the epoch. `header`: env, algorithm, gamma, reward_unit, bounds, success, value_of, agents.
        """
        self._given = os.fsdecode(path)
        self._run = run
        self._writer = writer
        self._clock = clock
        self._header = {**header, "agents": roster(header["agents"])} if "agents" in header else header
        self._first_pid = os.getpid()
        self._reset()
        with self._lock:
            self._begin()

    @property
    def path(self) -> str:
        """The file that this process writes."""
        return self._path

    @property
    def dropped(self) -> int:
        """Records that this process could not write. Each leaves a gap in `seq`, so readers count them too."""
        return self._dropped

    @property
    def error(self) -> Optional[str]:
        """What went wrong last; None: nothing has."""
        return self._error

    def episode(self, name: Any, **start: Any) -> Episode:
        """Begins an episode, unique in its run: agents, task, seed, group (of one task), update, graph, ...

        With `with` it also ends: by what `Episode.end` was told, or by the exception that left the block.
        """
        return Episode(self, name, **start)

    def write(self, type: str, episode: Any = None, /, **fields: Any) -> None:
        """Appends one record with any fields of the format; `creditscope schema` lists them.

        `ts` is now unless it is given. A field named as a keyword of Python is passed as `**{"from": "planner"}`.
        """
        self.write_fields(type, episode, fields)

    def write_fields(self, type: str, episode: Any, fields: dict[str, Any]) -> None:
        """The same with the fields as an object, which is taken apart."""
        with self._lock:
            if not self._begun:
                self._begin()
            seq = self._seq
            self._seq = seq + 1
            try:
                self._put(type, episode, fields, seq)
            except Exception as error:
                self._drop(error)

    @contextlib.contextmanager
    def guard(self) -> Iterator[None]:
        """Around code of yours that only serves the log, such as a callback: what fails there is counted, not raised."""
        try:
            yield
        except Exception as error:
            self._drop(error)

    def close(self) -> None:
        """Closes the file. The log needs no closing line; what is written later is dropped and counted."""
        with self._lock:
            self._closed = True
            self._close_file()

    def __enter__(self) -> CreditLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs to open a file of its own."""
        clock = None if self._clock is time.time else self._clock
        return {"given": self._given, "run": self._run, "writer": self._writer, "clock": clock,
                "header": self._header, "first_pid": self._first_pid}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._given, self._run, self._writer = state["given"], state["run"], state["writer"]
        self._clock = state["clock"] or time.time
        self._header, self._first_pid = state["header"], state["first_pid"]
        self._reset()

    def __del__(self) -> None:
        self._close_file()

    def _reset(self) -> None:
        """Nothing is written yet in this process. It opens its file when it writes: most that are forked do not."""
        self._lock = threading.RLock()  # a signal handler or a finalizer may write in the middle of a write
        self._begun = False
        self._seq = 0
        self._fd: Optional[int] = None
        self._retry_at = 0.0
        self._unopened = ""
        self._torn = False
        self._closed = False
        self._dropped = 0
        self._error: Optional[str] = None
        forked = os.getpid() != self._first_pid
        self._path = _path_of_process(self._given, self._run, forked)
        self.mark = f"@{os.getpid()}" if forked else ""
        """What tells the ids that this process makes from those of the process it was forked from."""
        _LOGS.add(self)

    def _begin(self) -> None:
        """Writes the `run` record before any other, and tries again before the next one where that fails."""
        header = {"credit_log": 1, "run": self._run, "writer": self._writer or _this_process(), **self._header}
        if self._run is None:
            del header["run"]
        try:
            self._put("run", None, header, self._seq)
        except Exception as error:
            self._tell(error)
        else:
            self._seq += 1
            self._begun = True

    def _put(self, type: str, episode: Any, fields: dict[str, Any], seq: int) -> None:
        if "ts" not in fields:
            fields["ts"] = self._clock()
        fields["seq"] = seq
        self._append(line(record(type, episode, fields)))

    def _append(self, data: bytes) -> None:
        """Writes one line whole, or raises OSError and remembers to end what it left of it."""
        if len(data) > LONGEST:
            raise ValueError(f"a record of {len(data)} bytes: lines end at {LONGEST}")
        if self._torn:
            data = b"\n" + data
        try:
            written = os.write(self._file(), data)
        except OSError as error:
            if error.errno not in (errno.EBADF, errno.ESTALE):
                raise
            self._fd = None  # somebody closed it, or its server was restarted
            written = os.write(self._file(), data)
        while written < len(data):  # the disk became full, or a signal came
            self._torn = True
            written += os.write(self._file(), data[written:])
        self._torn = False

    def _file(self) -> int:
        return self._open_file() if self._fd is None else self._fd

    def _open_file(self) -> int:
        if self._closed:
            raise ValueError("the log is closed")
        if time.monotonic() < self._retry_at:
            raise OSError(self._unopened)
        self._retry_at = time.monotonic() + RETRY_SECONDS
        try:
            os.makedirs(os.path.dirname(self._path) or ".", exist_ok=True)
            self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        except OSError as error:
            self._unopened = str(error)
            raise
        self._retry_at = 0.0
        return self._fd

    def _close_file(self) -> None:
        fd, self._fd = getattr(self, "_fd", None), None
        if fd is not None:
            try:
                os.close(fd)
            except OSError:
                pass

    def _drop(self, error: Exception) -> None:
        self._dropped += 1
        self._tell(error)

    def _tell(self, error: Exception) -> None:
        """Keeps what went wrong, and says it the first time."""
        try:
            first = self._error is None
            self._error = f"{type(error).__name__}: {error}"
            if first:
                sys.stderr.write(f"creditlog: cannot write to '{self._path}' ({self._error}); "
                                 "`log.dropped` counts what is lost\n")
        except Exception:  # stderr may be as closed as the log
            pass

    def _after_fork(self) -> None:
        """In the child: lets go of the parent's file and begins one of its own."""
        self._lock = threading.RLock()  # a thread of the parent that is not in the child may have held it
        if not self._closed:
            self._close_file()
            self._reset()


_LOGS: "weakref.WeakSet[CreditLog]" = weakref.WeakSet()


def _all_after_fork() -> None:
    for log in list(_LOGS):
        log._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_all_after_fork)


def _this_process() -> dict[str, Any]:
    """Host and pid, and the rank that torchrun, Slurm or MPI gave it."""
    writer: dict[str, Any] = {"host": socket.gethostname(), "pid": os.getpid()}
    for name in ("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK"):
        if os.environ.get(name, "").isdecimal():
            writer["rank"] = int(os.environ[name])
            break
    return writer


def _path_of_process(given: str, run: Optional[str], forked: bool) -> str:
    """The file of this process: the given one for the process that named it, else one that no other process has."""
    process = f"{socket.gethostname()}-{os.getpid()}"
    if given.endswith(os.sep) or os.path.isdir(given):
        name = "".join(it if it.isalnum() or it in "-_." else "-" for it in run or "run")
        return os.path.join(given, f"{name}-{process}.jsonl")
    if not forked:
        return given
    stem, extension = os.path.splitext(given)
    return f"{stem}.{process}{extension}"
