"""The arithmetic of the declared credit: means with their spread, and exact Shapley values with their error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import factorial, fsum, sqrt
from typing import Any

Coalition = frozenset[str]
DIGITS = 6


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean."""
    return fsum(values) / len(values)


def spread(values: Sequence[float]) -> float:
    """The sample standard deviation (0 for a single value)."""
    if len(values) < 2:
        return 0.0
    centre = mean(values)
    return sqrt(fsum((value - centre) ** 2 for value in values) / (len(values) - 1))


def tidy(value: float) -> float:
    """Six digits, and no negative zero."""
    return round(value, DIGITS) + 0.0


def summary(values: Sequence[float]) -> dict[str, Any]:
    """A mean as the log writes it: `std` is the spread of single replays, not the error of the mean."""
    return {"value": tidy(mean(values)), "std": tidy(spread(values)), "n": len(values)}


def coalitions(agents: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """All subsets, the smallest first, each in roster order."""
    for size in range(len(agents) + 1):
        yield from combinations(agents, size)


def shapley(agents: Sequence[str], value: Mapping[Coalition, float]) -> dict[str, float]:
    """Exact Shapley values; they add up to v(N) - v(empty)."""
    return {agent: fsum(weight * value[group] for group, weight in _weights(agents, agent)) for agent in agents}


def shapley_error(agents: Sequence[str], error: Mapping[Coalition, float]) -> dict[str, float]:
    """Standard errors of the Shapley values, from those of independently estimated coalition values."""
    return {
        agent: sqrt(fsum((weight * error[group]) ** 2 for group, weight in _weights(agents, agent)))
        for agent in agents
    }


def _weights(agents: Sequence[str], agent: str) -> Iterator[tuple[Coalition, float]]:
    """What each coalition's value counts for in the agent's Shapley value."""
    n = len(agents)
    for group in coalitions(agents):
        size = len(group)
        if agent in group:
            yield frozenset(group), factorial(size - 1) * factorial(n - size) / factorial(n)
        else:
            yield frozenset(group), -factorial(size) * factorial(n - size - 1) / factorial(n)
