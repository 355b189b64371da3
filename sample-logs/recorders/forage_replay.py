"""Replays of the foraging team: what an act, a state or a coalition is worth when played on with frozen policies."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from forage_sim import AGENTS, Policy, Snapshot, World, play_out, play_step


@dataclass(frozen=True)
class Choice:
    """One act: the state it was taken in, what could have been taken, and (for a move) the joint action."""

    act: str
    agent: str
    chosen: str
    default: str
    policy: Policy
    at: Snapshot
    joint: dict[str, str] | None = None


@dataclass(frozen=True)
class Replay:
    """The return of one replay, and what the lifter did next in it."""

    value: float
    reaction: str


def seeds(label: str, count: int) -> list[str]:
    """Random seeds of the replays at one place; all alternatives there share them."""
    return [f"{label}/{k}" for k in range(count)]


def replay_choice(world: World, choice: Choice, option: str, seed: str) -> Replay:
    """Takes `option` instead of the chosen one (the others' moves of that step stay) and plays on."""
    rng = random.Random(seed)
    world.restore(choice.at)
    if choice.joint is None:
        world.call(choice.agent, option)
        reaction = play_step(world, rng, radio=False)["lifter"]
    else:
        world.act({**choice.joint, choice.agent: option})
        reaction = "over" if world.over else play_step(world, rng)["lifter"]
    return Replay(play_out(world, rng), f"lifter: {reaction}")


def choice_returns(world: World, choice: Choice, option: str, count: int) -> list[float]:
    """Returns of `count` replays of one option."""
    return [replay_choice(world, choice, option, seed).value for seed in seeds(choice.act, count)]


def state_returns(world: World, at: Snapshot, radio: bool, label: str, count: int) -> list[float]:
    """Returns of `count` replays from a state, everything resampled (`radio`: this step's calls are still open)."""
    return [_from(world, at, AGENTS, radio, seed) for seed in seeds(f"{label}/state", count)]


def coalition_returns(world: World, start: Snapshot, present: Sequence[str], count: int) -> list[float]:
    """Returns of `count` episodes in which the absent agents stand still and send nothing."""
    label = "+".join(present) or "nobody"
    return [_from(world, start, present, True, seed) for seed in seeds(label, count)]


def _from(world: World, at: Snapshot, present: Sequence[str], radio: bool, seed: str) -> float:
    world.restore(at)
    return play_out(world, random.Random(seed), present, radio)
