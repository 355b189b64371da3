"""What would have been: coalitions, replays and alternatives, measured by a function of yours.

These three are what credit can be computed from, beside a trace and its reward. A function plays the episode once and
returns what the team earned, a number; or what each agent earned for itself, an object `{agent: number}`.

An exception of your function is yours and passes through, after what was measured before it has been written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, Optional, Union

from creditlog.encode import plain
from creditlog.episode import Episode

Earned = Union[float, Mapping[str, float]]


def coalitions(episode: Episode, agents: Sequence[str], play: Callable[[frozenset[str], int], Earned], *,
               runs: int = 1, seeds: Optional[Iterable[int]] = None,
               teams: Optional[Iterable[Iterable[str]]] = None, absence: str = "null",
               group: str = "coalitions") -> dict[frozenset[str], list[Earned]]:
    """What each team would have earned: the base of Shapley and Banzhaf values. Returns the returns by team.

    `play(team, seed)` plays the episode with the agents in `team`; the others do what `absence` says: `null` (act, but
    do nothing), `removed` or `resampled`. It is called `runs` times for each of the 2^n teams, or for each of
    `teams`, with the same seeds 0, 1, ... (or `seeds`): so that luck is the same for all.
    """
    seeds = list(range(runs) if seeds is None else seeds)
    if teams is None:
        teams = (team for size in range(len(agents) + 1) for team in combinations(agents, size))
    measured: dict[frozenset[str], list[Earned]] = {}
    rows = []
    try:
        for team in teams:
            members = frozenset(team)
            earned = measured[members] = []
            row = {"agents": [it for it in agents if it in members]}
            rows.append((row, earned))
            for seed in seeds:
                earned.append(play(members, seed))
    finally:
        episode.write("counterfactual", kind="coalition", group=group, absence=absence,
                      coalitions=[{**row, **_earned(earned, seeds)} for row, earned in rows if earned])
    return measured


def replays(episode: Episode, of: str, alternatives: Sequence[Any], play: Callable[[Any, int], Earned], *,
            agent: Optional[str] = None, real: Optional[int] = None, probs: Optional[Sequence[float]] = None,
            redraw: Optional[Callable[[int], Earned]] = None, runs: int = 1, seeds: Optional[Iterable[int]] = None,
            group: Optional[str] = None, **fields: Any) -> list[list[Earned]]:
    """What the episode would have earned with each alternative in place of the act `of`. Returns the returns of each.

    `play(alternative, seed)` plays on from the moment of the act, `runs` times with the same seeds for all. `real` is the
    index of what was done, `probs` the policy's probabilities. `redraw(seed)` plays on with the act drawn anew from the
    policy: an arm that tells an act from luck and earns no credit; its returns come last. Further: context, prefix, frozen.
    """
    seeds = list(range(runs) if seeds is None else seeds)
    measured: list[list[Earned]] = []
    try:
        for alternative in alternatives:
            measured.append([])
            for seed in seeds:
                measured[-1].append(play(alternative, seed))
        if redraw is not None:
            measured.append([])
            for seed in seeds:
                measured[-1].append(redraw(seed))
    finally:
        candidates = [{**(_candidate(j, alternatives[j], real, probs) if j < len(alternatives) else _redrawn(j)),
                       **_earned(earned, seeds)} for j, earned in enumerate(measured) if earned]
        _write(episode, "replay", of, agent, group, candidates, fields)
    return measured


def alternatives(episode: Episode, of: str, values: Union[Mapping[Any, float], Sequence[tuple[Any, float]]], *,
                 agent: Optional[str] = None, real: Any = None, probs: Optional[Sequence[float]] = None,
                 kind: str = "q_value", group: Optional[str] = None, **fields: Any) -> None:
    """What a critic or a model says of each alternative of the act `of`: `{alternative: value}`, or pairs.

    `real` is the alternative that was taken. `kind`: `q_value` (of a critic), or `default_action`, `null_action`,
    `agent_removed`, `policy_substituted` (the return of the whole episode with that instead).
    """
    pairs = list(values.items() if isinstance(values, Mapping) else values)
    name = "q" if kind == "q_value" else "value"
    taken = next((j for j, (action, _) in enumerate(pairs) if real is not None and _same(action, real)), None)
    candidates = [{**_candidate(j, action, taken, probs), name: value} for j, (action, value) in enumerate(pairs)]
    _write(episode, kind, of, agent, group, candidates, fields)


def _write(episode: Episode, kind: str, of: str, agent: Optional[str], group: Optional[str],
           candidates: list[dict[str, Any]], fields: dict[str, Any]) -> None:
    episode.write("counterfactual", agent=agent, kind=kind, group=group or f"{kind}/{of}", of=of,
                  candidates=candidates, **fields)


def _candidate(j: int, action: Any, real: Optional[int], probs: Optional[Sequence[float]]) -> dict[str, Any]:
    candidate = {"j": j, "action": action}
    if real is not None:
        candidate["real"] = j == real
    if probs is not None and j < len(probs):
        candidate["prob"] = probs[j]
    return candidate


def _redrawn(j: int) -> dict[str, Any]:
    return {"j": j, "action": "(drawn anew)", "extra": True}


def _earned(earned: list[Earned], seeds: list[int]) -> dict[str, Any]:
    """`returns` of the team or `rewards` of its agents, run by run."""
    name = "rewards" if isinstance(earned[0], Mapping) else "returns"
    return {name: earned, "seeds": seeds[:len(earned)]}


def _same(one: Any, other: Any) -> bool:
    if hasattr(one, "tolist") or hasattr(other, "tolist"):
        one, other = plain(one), plain(other)
    return bool(one == other)
