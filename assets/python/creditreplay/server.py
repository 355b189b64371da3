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
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, BinaryIO, Optional, Union

from creditreplay.request import Request

PROTOCOL = 1
#: Seconds between two messages of how far a request is.
PROGRESS = 0.1


@dataclass(frozen=True)
class Outcome:
    """What came of one run: what the team earned, what each agent earned for itself, and what was done next."""

    team: float
    own: Optional[Mapping[str, float]] = None
    next_action: Any = None


Earned = Union[float, tuple[float, Mapping[str, float]], Outcome]


class Cancelled(Exception):
    """The request was taken back."""


def serve(replay: Callable[..., Earned], *, name: str = "replayer", version: str = "",
          capabilities: Iterable[str] = ("resample",), deterministic: bool = False, parallel: int = 1,
          judge: Optional[Callable[[str, list[Any]], Mapping[str, Any]]] = None,
          close: Optional[Callable[[], None]] = None) -> None:
    """Answers requests until `shutdown` comes, or stdin ends and all that was asked is answered.

    `replay(request, seed)` plays the episode once, as `request` asks, and returns what the team earned: a number, a pair of
    it and what each agent earned for itself, or an `Outcome`. It is called `samples` times with seeds that follow from the
    seed of the request, so that the same request gives the same returns. An exception fails the request alone.
    `capabilities`: what `replay` can do (`replace`, `null`, `resample`, `remove`). `parallel` runs are played at once, each on
    a thread. `judge(episode, acts)` says who is to blame. `close()` is called at the end.
    """
    said = list(capabilities) + (["judge"] if judge is not None else [])
    hello = {"protocol": PROTOCOL, "name": name, "version": version, "capabilities": said,
             "deterministic": deterministic, "parallel": max(1, parallel)}
    requests, lines = _take_over()
    desk = _Desk(lines, _of_two(replay), threads=max(1, parallel))
    for line in requests:
        try:
            message = json.loads(line)
            method, params, identity = message.get("method"), message.get("params"), message.get("id")
        except (ValueError, AttributeError, RecursionError):
            lines.send({"id": None, "error": {"code": -32700, "message": "no JSON"}})
            continue
        params = {} if params is None else params
        if method == "initialize":
            lines.send({"id": identity, "result": hello})
        elif method == "replay":
            desk.take(identity, params)
        elif method == "judge" and judge is not None:
            desk.do(partial(_answer, lines, identity, partial(_judged, judge, params)))
        elif method == "cancel":
            desk.cancel(params)
        elif method == "shutdown":
            lines.send({"id": identity, "result": {}})
            _end(close)
            # What is still played is not waited for.
            os._exit(0)
        elif identity is not None:
            lines.send({"id": identity, "error": {"code": -32601, "message": f"no method {method!r}"}})
    desk.wait()
    _end(close)


class _Lines:
    """Messages to creditscope. Whole lines, by one thread at a time."""

    def __init__(self, descriptor: int) -> None:
        self._out = os.fdopen(descriptor, "w", encoding="utf-8", newline="\n")
        self._lock = threading.Lock()

    def send(self, message: Mapping[str, Any]) -> None:
        line = json.dumps({"jsonrpc": "2.0", **message}, allow_nan=False)
        with self._lock:
            try:
                self._out.write(line + "\n")
                self._out.flush()
            except OSError:
                # Nobody listens any more.
                os._exit(1)


def _take_over() -> tuple[BinaryIO, _Lines]:
    """Takes stdin and stdout for the protocol: what the environment and its processes print goes to stderr, and they read
    nothing."""
    requests, lines = os.fdopen(os.dup(0), "rb"), _Lines(os.dup(1))
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdin = os.fdopen(0, closefd=False)
    return requests, lines


def _of_two(replay: Callable[..., Earned]) -> Callable[[Request, int], Earned]:
    """`replay` as a function of a request and a seed, whether or not it takes the seed."""
    try:
        inspect.signature(replay).bind(None, None)
    except TypeError:
        return lambda request, _seed: replay(request)
    except ValueError:  # Nobody knows what it takes.
        pass
    return replay


@dataclass
class _Asked:
    """A request that is not answered yet."""

    identity: Any
    request: Request
    seeds: list[int]
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    told: float = field(default_factory=time.monotonic)
    is_over: bool = False


class _Desk:
    """Requests at work: their runs are played on the threads in the order of asking, so that no thread waits for another."""

    def __init__(self, lines: _Lines, replay: Callable[[Request, int], Earned], threads: int) -> None:
        self._lines, self._replay = lines, replay
        self._work_to_do: queue.Queue[Optional[Callable[[], None]]] = queue.Queue()
        self._lock = threading.Lock()
        self._open: dict[Any, _Asked] = {}
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        for it in self._threads:
            it.start()

    def take(self, identity: Any, params: Any) -> None:
        """Begins a request."""
        try:
            hash(identity)
            request = Request.of(params)
        except (TypeError, ValueError) as error:
            self._lines.send({"id": None if isinstance(error, TypeError) else identity,
                              "error": {"code": -32602, "message": str(error)}})
            return
        draws = random.Random(request.seed)
        asked = _Asked(identity, request, [draws.getrandbits(31) for _ in range(request.samples)])
        with self._lock:
            self._open[identity] = asked
        for sample in range(request.samples):
            self.do(partial(self._run, asked, sample))

    def do(self, work: Callable[[], None]) -> None:
        """Has this done by a thread, in its turn."""
        self._work_to_do.put(work)

    def cancel(self, params: Any) -> None:
        """Takes a request back; what is being played for it is played for nothing."""
        identity = params.get("id") if isinstance(params, Mapping) else None
        if isinstance(identity, (int, str)):
            with self._lock:
                asked = self._open.get(identity)
            if asked is not None:
                self._fail(asked, Cancelled())

    def wait(self) -> None:
        """Until all is answered."""
        for _ in self._threads:
            self._work_to_do.put(None)
        for it in self._threads:
            it.join()

    def _work(self) -> None:
        while (work := self._work_to_do.get()) is not None:
            work()

    def _run(self, asked: _Asked, sample: int) -> None:
        if asked.is_over:
            return
        try:
            request = replace(asked.request, sample=sample)
            self._played(asked, sample, _outcome(self._replay(request, asked.seeds[sample])))
        except BaseException as error:  # The environment is somebody else's: it may even exit.
            self._fail(asked, error)

    def _played(self, asked: _Asked, sample: int, outcome: Outcome) -> None:
        with self._lock:
            if asked.is_over:
                return
            asked.outcomes[sample] = outcome
            done, of, now = len(asked.outcomes), asked.request.samples, time.monotonic()
            is_last = done == of
            tells = not is_last and now - asked.told >= PROGRESS
            if tells:
                asked.told = now
            if is_last:
                asked.is_over = True
                self._open.pop(asked.identity, None)
        if is_last:
            _answer(self._lines, asked.identity, lambda: _result([asked.outcomes[it] for it in range(of)]))
        elif tells:
            self._lines.send({"method": "progress", "params": {"id": asked.identity, "done": done, "of": of}})

    def _fail(self, asked: _Asked, error: BaseException) -> None:
        with self._lock:
            if asked.is_over:
                return
            asked.is_over = True
            self._open.pop(asked.identity, None)
        _refuse(self._lines, asked.identity, error)


def _outcome(earned: Any) -> Outcome:
    """What a run gave, as finite numbers."""
    if isinstance(earned, tuple):
        if len(earned) != 2:
            raise ValueError(f"{len(earned)} values of a run, not what the team earned and what each agent did")
        earned = Outcome(*earned)
    elif not isinstance(earned, Outcome):
        earned = Outcome(earned)
    own = earned.own
    if own is not None:
        own = {str(agent): _finite(value, f"an own return ({agent})") for agent, value in own.items()}
    return Outcome(_finite(earned.team, "a return"), own, earned.next_action)


def _finite(value: Any, what: str) -> float:
    if value is None:
        raise ValueError(f"None as {what}")
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"{what} of {value}")
    return value


def _result(outcomes: list[Outcome]) -> dict[str, Any]:
    result: dict[str, Any] = {"returns": [it.team for it in outcomes]}
    if all(it.own is not None for it in outcomes):
        result["rewards"] = [it.own for it in outcomes]
    if all(it.next_action is not None for it in outcomes):
        result["next_actions"] = [it.next_action for it in outcomes]
    return result


def _judged(judge: Callable[[str, list[Any]], Mapping[str, Any]], params: Any) -> dict[str, Any]:
    if not isinstance(params, Mapping):
        raise ValueError("the parameters are no object")
    return dict(judge(params.get("episode", ""), params.get("acts", [])))


def _answer(lines: _Lines, identity: Any, compute: Callable[[], Mapping[str, Any]]) -> None:
    try:
        lines.send({"id": identity, "result": compute()})
    except BaseException as error:  # As in `_run`.
        _refuse(lines, identity, error)


def _refuse(lines: _Lines, identity: Any, error: BaseException) -> None:
    if isinstance(error, Cancelled):
        lines.send({"id": identity, "error": {"code": -32800, "message": "cancelled"}})
        return
    traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)
    message = error.args[0] if isinstance(error, KeyError) and error.args else error
    lines.send({"id": identity, "error": {"code": -32000, "message": f"{type(error).__name__}: {message}"}})


def _end(close: Optional[Callable[[], None]]) -> None:
    if close is not None:
        try:
            close()
        except Exception:  # There is nobody left to answer.
            traceback.print_exc(file=sys.stderr)
