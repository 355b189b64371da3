"""What is asked for: an episode, and what is done otherwise in it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Optional

KEEP, REPLACE, NULL, RESAMPLE, REMOVE = "keep", "replace", "null", "resample", "remove"


@dataclass(frozen=True)
class Intervention:
    """What is done otherwise: at one act, or by an agent in all of its acts.

    `do` is `keep` (take the act as it was, play on from there), `replace` (take `action`), `null` (take the null action),
    `resample` (draw the act again from the agent's own policy) or `remove` (the agent is not there).
    """

    do: str
    agent: Optional[str] = None
    act: Optional[str] = None
    action: Any = None


@dataclass(frozen=True)
class Request:
    """One request. Without interventions the episode is played as it was, from the beginning, by chance anew."""

    episode: str
    interventions: tuple[Intervention, ...] = ()
    run: Optional[str] = None
    log: Optional[str] = None
    seed: int = 0
    samples: int = 1
    #: Which of its `samples` runs is played, from 0.
    sample: int = 0
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, params: Any) -> Request:
        """The request with these parameters. Raises `ValueError` if they are none."""
        if not isinstance(params, Mapping):
            raise ValueError("the parameters are no object")
        if not isinstance(params.get("episode"), str):
            raise ValueError("`episode` is no text")
        for key in ("run", "log"):
            if not isinstance(params.get(key), (str, type(None))):
                raise ValueError(f"`{key}` is no text")
        interventions = params.get("interventions") or []
        if not isinstance(interventions, list):
            raise ValueError("`interventions` is no list")
        return cls(params["episode"], tuple(_intervention(it) for it in interventions), params.get("run"),
                   params.get("log"), _whole(params, "seed", 0), _whole(params, "samples", 1, least=1), raw=params)

    def instead(self, act: Optional[str], agent: Optional[str]) -> Optional[Intervention]:
        """What is done in place of this act of this agent; None: what was done, or what the policy does."""
        for it in self.interventions:
            if it.act is not None and it.act == act:
                return it
        for it in self.interventions:
            if it.act is None and it.agent is not None and it.agent == agent:
                return it
        return None

    def absent(self, agent: str) -> Optional[str]:
        """What this agent does in all of its acts (`null`, `resample`, `remove`); None: it is as it was."""
        found = self.instead(None, agent)
        return None if found is None else found.do

    def throughout(self, agent: str) -> str:
        """What this agent does from the beginning: `null`, `remove`, `keep` (it repeats its logged acts) or `resample`.

        An agent that is not named plays by its policy, by chance anew: `resample`. Raises `ValueError` if others are
        resampled and nobody keeps to what was done: everybody would play by chance anew, and nothing would differ.
        """
        named = {it.agent: it.do for it in self.interventions if it.act is None and it.agent is not None}
        if agent in named:
            return named[agent]
        if RESAMPLE in named.values() and KEEP not in named.values():
            raise ValueError(f"resampled agents differ from {agent!r} only if it keeps to what it did: ask with an "
                             "absence of `null` or `removed`, or with `keep` for those who are there")
        return RESAMPLE

    def from_act(self) -> Optional[str]:
        """The act at which play begins to differ, the first in the log of those named; None: from the beginning."""
        wanted = [it.act for it in self.interventions if it.act is not None]
        if len(wanted) < 2:
            return wanted[0] if wanted else None
        return next((act["id"] for act in self.acts() if act.get("id") in wanted), wanted[0])

    def records(self) -> list[dict[str, Any]]:
        """The records of the episode, in the order of the log (of creditscope, plain or gzip). The log is read once."""
        if self.log is None:
            return []
        return list(_records(self.log, self.run, self.episode))

    def acts(self) -> Iterator[dict[str, Any]]:
        """Its actions, in the order of the log."""
        return (it for it in self.records() if it.get("type") == "action")

    def start(self) -> dict[str, Any]:
        """Its `episode_start`: agents, seed, task. Raises `KeyError` if the log has none."""
        for it in self.records():
            if it.get("type") == "episode_start":
                return it
        raise KeyError(f"no start of episode {self.episode!r} in {self.log!r}")

    def prefix(self) -> list[dict[str, Any]]:
        """The actions before the one at which play begins to differ. Raises `KeyError` if the log has no such act."""
        wanted, before = self.from_act(), []
        if wanted is None:
            return before
        for act in self.acts():
            if act.get("id") == wanted:
                return before
            before.append(act)
        raise KeyError(f"no act {wanted!r} in episode {self.episode!r}")


def _intervention(it: Any) -> Intervention:
    if not isinstance(it, Mapping):
        raise ValueError("an intervention is no object")
    if it.get("do") not in (KEEP, REPLACE, NULL, RESAMPLE, REMOVE):
        raise ValueError(f"cannot do {it.get('do')!r}")
    for key in ("agent", "act"):
        if not isinstance(it.get(key), (str, type(None))):
            raise ValueError(f"`{key}` of an intervention is no text")
    return Intervention(it["do"], it.get("agent"), it.get("act"), it.get("action"))


def _whole(params: Mapping[str, Any], key: str, default: int, least: int = 0) -> int:
    value = params.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"`{key}` is no whole number from {least}")
    return value


@lru_cache(maxsize=4)
def _records(path: str, run: Optional[str], episode: str) -> tuple[dict[str, Any], ...]:
    """What the log holds of one episode: the rest of it is not kept, as a log may be larger than memory."""
    opened = gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")
    # A name that JSON writes in one way only: lines without it need not be read.
    plain = all(it.isalnum() and it.isascii() or it in "-_.: " for it in episode)
    name = f'"{episode}"'.encode() if plain else b""
    found, current = [], None
    with opened as lines:
        for line in lines:
            if name not in line and b'"run"' not in line:
                continue
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if not isinstance(record, dict):
                continue
            if record.get("type") == "run":
                current = record.get("run")
            # Episodes of two runs may have one name.
            elif record.get("episode") == episode and (run is None or record.get("run", current) in (None, run)):
                found.append(record)
    return tuple(found)
