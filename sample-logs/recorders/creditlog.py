"""Writer of the credit assignment log, version 1. One file, no dependencies: copy it into a training job.

    log = CreditLog("run-w0.jsonl", run="demo", env="my-env", algorithm="shapley")
    log.write("episode_start", "ep-1", agents=[{"id": "planner"}, {"id": "coder"}])
    log.write("action", "ep-1", id="a1", agent="planner", step=0, parents=[], action="plan: ...")
    log.write("reward", "ep-1", step=0, value=1.0, source="environment", of=["a1"])
    log.write("episode_end", "ep-1", status="success")

Every record is one line, appended whole by one write: several processes may share a file, although one file
per process is kinder to network file systems. Fields go out in the order in which readers index fastest.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RECORD_TYPES = frozenset({
    "run", "episode_start", "action", "message", "state", "reward",
    "credit", "counterfactual", "metric", "episode_end",
})


def record(type: str, episode: str | int | None = None, **fields: Any) -> dict[str, Any]:
    """Builds a record: the index fields first, in their fixed order, then the payload. `None` means absent."""
    if type not in RECORD_TYPES:
        raise ValueError(f"not a record type of the log: {type!r}")
    head = {"type": type, "episode": episode}
    head |= {name: fields.pop(name, None) for name in ("id", "agent", "ts", "step", "parents")}
    return {name: value for name, value in head.items() if value is not None} | fields


def encode(rec: dict[str, Any]) -> bytes:
    """One record as one line: ASCII only, so that no half character can end up at a write boundary."""
    return (json.dumps(rec, default=_plain, separators=(",", ":")) + "\n").encode("ascii")


class CreditLog:
    """Appends records to one file, numbering them, and stamping those that carry no time of their own."""

    def __init__(self, path: str | os.PathLike[str], run: str, *, writer: dict[str, Any] | None = None,
                 clock: Callable[[], float] = time.time, **header: Any) -> None:
        """Opens `path` for appending and writes the run header; `header` holds env, algorithm, gamma, ..."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._clock = clock
        self._seq = 0
        writer = writer or {"host": socket.gethostname(), "pid": os.getpid()}
        self.write("run", credit_log=1, run=run, writer=writer, **header)

    def write(self, type: str, episode: str | int | None = None, **fields: Any) -> dict[str, Any]:
        """Appends one record (keywords as in the format description) and returns it as written."""
        fields.setdefault("ts", self._clock())
        rec = record(type, episode, **fields, seq=self._seq)
        self._seq += 1
        line = encode(rec)
        while line:
            line = line[os.write(self._fd, line):]
        return rec

    def close(self) -> None:
        """Closes the file; the log itself needs no closing line."""
        os.close(self._fd)

    def __enter__(self) -> CreditLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _plain(value: Any) -> Any:
    """Turns what json does not know (arrays, tensors, sets, dataclasses) into what it does."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return vars(value) if hasattr(value, "__dict__") else str(value)
