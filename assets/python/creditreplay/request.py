"""What is asked for: an episode, and what is done otherwise in it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
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
    raw: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, params: dict[str, Any]) -> Request:
        """The request with these parameters. Raises `ValueError` if they are none."""
        if not isinstance(params.get("episode"), str):
            raise ValueError("`episode` is no text")
        samples = params.get("samples", 1)
        if not isinstance(samples, int) or isinstance(samples, bool) or samples < 1:
            raise ValueError("`samples` is no number from 1")
        interventions = []
        for it in params.get("interventions", []):
            if it.get("do") not in (KEEP, REPLACE, NULL, RESAMPLE, REMOVE):
                raise ValueError(f"cannot do {it.get('do')!r}")
            interventions.append(Intervention(it["do"], it.get("agent"), it.get("act"), it.get("action")))
        return cls(params["episode"], tuple(interventions), params.get("run"), params.get("log"),
                   int(params.get("seed", 0)), samples, params)

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

    def from_act(self) -> Optional[str]:
        """The act at which play begins to differ; None: from the beginning."""
        return next((it.act for it in self.interventions if it.act is not None), None)

    def records(self) -> list[dict[str, Any]]:
        """The records of the episode, in the order of the log. The log is read once."""
        if self.log is None:
            return []
        return [it for it in _records(self.log) if it.get("episode") == self.episode]

    def acts(self) -> Iterator[dict[str, Any]]:
        """Its actions, in the order of the log."""
        return (it for it in self.records() if it.get("type") == "action")

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


@lru_cache(maxsize=4)
def _records(path: str) -> tuple[dict[str, Any], ...]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")
    records = []
    with opened as lines:
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                records.append(record)
    return tuple(records)
