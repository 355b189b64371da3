"""The loop: requests in, answers out."""

from __future__ import annotations

import inspect
import json
import math
import os
import queue
import random
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Optional, Union

from creditreplay.request import Request

PROTOCOL = 1
Earned = Union[float, tuple[float, Mapping[str, float]]]


class Cancelled(Exception):
    """The request was taken back."""


class _Lines:
    """Messages to creditscope. Whole lines, by one thread at a time."""

    def __init__(self, descriptor: int) -> None:
        self._out = os.fdopen(descriptor, "w", encoding="utf-8", newline="\n")
        self._lock = threading.Lock()

    def send(self, message: dict[str, Any]) -> None:
        line = json.dumps({"jsonrpc": "2.0", **message}, allow_nan=False)
        with self._lock:
            self._out.write(line + "\n")
            self._out.flush()


def serve(replay: Callable[..., Earned], *, name: str = "replayer", version: str = "",
          capabilities: Iterable[str] = ("resample",), deterministic: bool = False, parallel: int = 1,
          judge: Optional[Callable[[str, list[Any]], Mapping[str, Any]]] = None) -> None:
    """Answers requests until `shutdown` comes, or stdin ends and all that was asked is answered.

    `replay(request, seed)` plays the episode once, as `request` asks, and returns what the team earned: a number, or a
    pair of it and what each agent earned for itself. It is called `samples` times with seeds that follow from the seed of
    the request, so that the same request gives the same returns. An exception fails the request alone. `capabilities`: what
    `replay` can do (`replace`, `null`, `resample`, `remove`). `parallel` requests run at once, each on a thread.
    `judge(episode, acts)` says who is to blame.
    """
    said = list(capabilities) + (["judge"] if judge is not None else [])
    hello = {"protocol": PROTOCOL, "name": name, "version": version, "capabilities": said,
             "deterministic": deterministic, "parallel": max(1, parallel)}
    lines = _Lines(os.dup(1))
    # What the environment prints is not of the protocol.
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    cancelled: set[int] = set()
    work: queue.Queue[Optional[tuple[int, dict[str, Any]]]] = queue.Queue()
    threads = [threading.Thread(target=_work, args=(work, lines, replay, cancelled), daemon=True)
               for _ in range(max(1, parallel))]
    for thread in threads:
        thread.start()
    for line in sys.stdin:
        try:
            message = json.loads(line)
            method, params, identity = message.get("method"), message.get("params") or {}, message.get("id")
        except (ValueError, AttributeError):
            lines.send({"id": None, "error": {"code": -32700, "message": "no JSON"}})
            continue
        if method == "initialize":
            lines.send({"id": identity, "result": hello})
        elif method == "replay":
            work.put((identity, params))
        elif method == "judge" and judge is not None:
            _answer(lines, identity, lambda: dict(judge(params.get("episode", ""), params.get("acts", []))))
        elif method == "cancel":
            cancelled.add(params.get("id"))
        elif method == "shutdown":
            lines.send({"id": identity, "result": {}})
            # What is still played is not waited for.
            os._exit(0)
        elif identity is not None:
            lines.send({"id": identity, "error": {"code": -32601, "message": f"no method {method!r}"}})
    for _ in threads:
        work.put(None)
    for thread in threads:
        thread.join()


def _work(work: queue.Queue, lines: _Lines, replay: Callable[..., Earned], cancelled: set[int]) -> None:
    while True:
        item = work.get()
        if item is None:
            return
        identity, params = item
        _answer(lines, identity, lambda: _played(lines, identity, Request.of(params), replay, cancelled))


def _answer(lines: _Lines, identity: Any, compute: Callable[[], dict[str, Any]]) -> None:
    try:
        lines.send({"id": identity, "result": compute()})
    except Cancelled:
        lines.send({"id": identity, "error": {"code": -32800, "message": "cancelled"}})
    except Exception as error:  # The environment is somebody else's: whatever it raises fails this request alone.
        traceback.print_exc(file=sys.stderr)
        lines.send({"id": identity, "error": {"code": -32000, "message": f"{type(error).__name__}: {error}"}})


def _played(lines: _Lines, identity: Any, request: Request, replay: Callable[..., Earned],
            cancelled: set[int]) -> dict[str, Any]:
    draws = random.Random(request.seed)
    returns: list[float] = []
    rewards: list[dict[str, float]] = []
    plain = len(inspect.signature(replay).parameters) < 2
    for done in range(request.samples):
        if identity in cancelled:
            raise Cancelled
        seed = draws.getrandbits(31)
        earned = replay(request) if plain else replay(request, seed)
        team, own = earned if isinstance(earned, tuple) else (earned, None)
        team = float(team)
        if not math.isfinite(team):
            raise ValueError(f"a return of {team}")
        returns.append(team)
        if own is not None:
            rewards.append({agent: float(value) for agent, value in own.items()})
        lines.send({"method": "progress", "params": {"id": identity, "done": done + 1, "of": request.samples}})
    result: dict[str, Any] = {"returns": returns}
    if len(rewards) == len(returns):
        result["rewards"] = rewards
    return result
