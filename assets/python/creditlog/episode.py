"""An episode as it is played: its records with ids, and its end whatever ends it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, Optional, Union

from creditlog.encode import ids, roster

if TYPE_CHECKING:
    from creditlog.log import CreditLog

Ids = Union[str, Iterable[str], None]


class Episode:
    """One episode. Its methods write a record each and return the id of it, for `parents` and `of` of later ones.

    `parents=[]` says that an act came from nothing before it; without `parents` readers link it to what its agent saw
    last, and say that they did. Other fields of the format may be given by name: `step`, `turn`, `kind`, `usage`, ...
    """

    def __init__(self, log: CreditLog, name: Any, **start: Any) -> None:
        """Writes `episode_start`. `agents` may be names or objects with an `id`."""
        self.log = log
        self.name = name if isinstance(name, (str, int)) else str(name)
        self._counts: dict[str, Iterator[int]] = {}
        self._ended = False
        if start.get("agents") is not None:
            start["agents"] = roster(start["agents"])
        self.write("episode_start", **_texts(start, "seed", "group"))

    def action(self, agent: Any, action: Any = None, *, id: Optional[str] = None, parents: Ids = None,
               **fields: Any) -> str:
        """An act of an agent; `action` is any JSON, array or object, None the null action.

        Further: obs, pre_state, result, error, dur (seconds), policy (chosen, probs, logp, q, value), default, usage.
        """
        agent = str(agent)
        id = self._id(id, f"{agent}{self.log.mark}#")
        self.log.write_fields("action", self.name,
                              {"id": id, "agent": agent, "parents": parents, "action": action, **fields})
        return id

    def message(self, sender: Any, to: Any, content: Any, *, id: Optional[str] = None, parents: Ids = None,
                **fields: Any) -> str:
        """A message from one agent to another, to a list of them, or to `*`."""
        sender = str(sender)
        id = self._id(id, f"{sender}{self.log.mark}>")
        to = str(to) if isinstance(to, (str, int)) else ids(to)
        self.write("message", id=id, parents=parents, **{"from": sender}, to=to, content=content, **fields)
        return id

    def state(self, scope: str, state: Any = None, *, after: Ids = None, **fields: Any) -> None:
        """The state of `env`, of the `collective` or of an agent, after the acts `after`; or its change as `delta`."""
        if state is not None:
            fields["state"] = state
        self.write("state", scope=str(scope), **_present(after=ids(after)), **fields)

    def reward(self, value: Any, *, agent: Any = None, of: Ids = None, **fields: Any) -> None:
        """A reward for the acts `of`: the team's, or what one agent earned for itself."""
        self.write("reward", agent=agent, value=value, **_present(of=ids(of)), **fields)

    def credit(self, algorithm: str, agents: Optional[Mapping[str, Any]] = None, **fields: Any) -> None:
        """Credit that the training code assigned itself: by agent, or with `items` by act."""
        self.write("credit", algorithm=algorithm, **_present(agents=agents), **fields)

    def metric(self, values: Optional[Mapping[str, Any]] = None, **fields: Any) -> None:
        """Numbers by name: latency, tokens, overhead, ..."""
        self.write("metric", values=values or {}, **fields)

    def write(self, type: str, **fields: Any) -> None:
        """A record of this episode with any fields."""
        self.log.write_fields(type, self.name, fields)

    def end(self, status: Optional[str] = None, reason: Optional[str] = None, *, return_: Any = None,
            **fields: Any) -> None:
        """Ends the episode: success, failure, truncated, error or aborted. What comes after the first end is ignored.

        `return_`: the team's whole reward. Further: steps, answer, ground_truth, rewards (by agent), success.
        """
        if self._ended:
            return
        self._ended = True
        self.write("episode_end", **_present(status=status, reason=reason, **{"return": return_}),
                   **_texts(fields, "answer", "ground_truth"))

    def __enter__(self) -> Episode:
        return self

    def __exit__(self, kind: Any, error: Optional[BaseException], _: object) -> None:
        if error is None:
            self.end()
        else:
            status = "error" if isinstance(error, Exception) else "aborted"
            self.end(status, f"{kind.__name__}: {error}")

    def _id(self, given: Any, prefix: str) -> str:
        if given is not None:
            return str(given)
        counter = self._counts.get(prefix) or self._counts.setdefault(prefix, count())
        return f"{prefix}{next(counter)}"


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _texts(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    """Fields that the format has as text, of which numbers are likely to be given."""
    for name in names:
        if isinstance(fields.get(name), (int, float)):
            fields[name] = str(fields[name])
    return fields
