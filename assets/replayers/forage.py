"""Replays the foraging team of `sample-logs/forage-*.jsonl` in the real environment, `lbforaging`.

    creditscope replay sample-logs/forage-saboteur.jsonl --replayer 'python3 assets/replayers/forage.py'

The layout is laid out again by its seed (the `group` of the episode), the saboteur is who has a second policy, and the state
before an act is reached by the acts before it: every agent must stand where the log says that it stood. An absent agent idles
and sends nothing (`null`); the others play by their policies, by chance anew. `--luck recorded` draws as the recorder of the
samples did, to compare with what it logged run by run; runs that are to be added to logged ones need luck of their own.
"""

from __future__ import annotations

import argparse
import random
import sys
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Optional

from creditreplay import KEEP, NULL, REPLACE, RESAMPLE, Outcome, Request, serve

sys.path.append(str(Path(__file__).resolve().parents[2] / "sample-logs" / "recorders"))

from forage_replay import Choice, replay_choice  # noqa: E402
from forage_sim import AGENTS, IDLE, SILENT, Policy, World, choose  # noqa: E402

NAME, VERSION = "lbforaging", version("lbforaging")
CAPABILITIES = (REPLACE, NULL, RESAMPLE)
LUCK = "own"


def replay(request: Request, seed: int) -> Outcome:
    """One episode, or the rest of one, as it is asked for."""
    act = request.from_act()
    return _whole(request, seed) if act is None else _from_act(request, act, seed)


def _whole(request: Request, seed: int) -> Outcome:
    """The episode from its beginning, as each agent is to play throughout."""
    world = _world(request)
    doing = {agent: _able(request.throughout(agent)) for agent in AGENTS}
    there = [agent for agent in AGENTS if doing[agent] != NULL]
    recorded = LUCK == "recorded"
    rng = random.Random(f"{'+'.join(there) or 'nobody'}/{request.sample}" if recorded else str(seed))
    kept = _kept(request) if KEEP in doing.values() else {}

    def take(agent: str, is_call: bool, policy: Policy) -> str:
        done = kept.get((agent, world.step_index, is_call)) if doing[agent] == KEEP else None
        return done if done in policy else choose(policy, rng)

    while not world.over:
        for agent in world.speakers():
            if agent in there:
                world.call(agent, take(agent, True, world.call_policy(agent)))
        world.act({agent: take(agent, False, world.move_policy(agent)) if agent in there else IDLE for agent in AGENTS})
    return Outcome(world.earned)


def _from_act(request: Request, act: str, seed: int) -> Outcome:
    """What follows when this act is another one; what the others did in the same step stays."""
    world, choice = _restored(request.log, request.run, request.episode, act)
    change = request.instead(act, choice.agent)
    luck = f"{act}/group/{request.sample}" if LUCK == "recorded" else str(seed)
    option = {KEEP: choice.chosen, NULL: choice.default}.get(_able(change.do))
    if change.do == REPLACE:
        option = str(change.action).removeprefix("call ")
    elif change.do == RESAMPLE:
        option = choose(choice.policy, random.Random(f"{luck}/choice"))
    if option not in choice.policy:
        raise ValueError(f"{choice.agent} cannot do {option!r} at {act}: it can {', '.join(choice.policy)}")
    run = replay_choice(world, choice, option, luck)
    return Outcome(run.value, next_action=run.reaction)


def _able(do: str) -> str:
    if do not in (KEEP, NULL, REPLACE, RESAMPLE):
        raise ValueError(f"an agent of this environment cannot {do}")
    return do


def _world(request: Request) -> World:
    """The first state of the episode."""
    start = request.start()
    saboteurs = [agent["id"] for agent in start["agents"] if agent["policy"].endswith("@2")]
    return World(int(start["group"].removeprefix("layout-")), saboteurs[0] if saboteurs else None)


def _kept(request: Request) -> dict[tuple[str, int, bool], str]:
    """What was done, by agent, step and whether it is a call."""
    return {(act["agent"], act["step"], act["kind"] == "plan"): act["policy"]["chosen"] for act in request.acts()}


@lru_cache(maxsize=256)
def _restored(log: Optional[str], run: Optional[str], episode: str, wanted: str) -> tuple[World, Choice]:
    """The state before an act, reached by the acts before it, and what can be done there."""
    request = Request(episode, run=run, log=log)
    world, steps = _world(request), {}
    for act in request.acts():
        steps.setdefault(act["step"], []).append(act)
    for step in sorted(steps):
        joint = {act["agent"]: act["policy"]["chosen"] for act in steps[step] if act["kind"] != "plan"}
        for act in steps[step]:
            _is_there(world, act)
            is_call, agent = act["kind"] == "plan", act["agent"]
            if act["id"] == wanted:
                policy = world.call_policy(agent) if is_call else world.move_policy(agent)
                return world, Choice(wanted, agent, act["policy"]["chosen"], SILENT if is_call else IDLE, policy,
                                     world.save(), None if is_call else joint)
            if is_call:
                world.call(agent, act["policy"]["chosen"])
        world.act(joint)
    raise KeyError(f"no act {wanted!r} in episode {episode!r}")


def _is_there(world: World, act: dict[str, Any]) -> None:
    here, logged = list(world.cell(act["agent"])), act["pre_state"]["at"]
    if here != logged:
        raise ValueError(f"{act['agent']} stands at {here} before {act['id']}, the log has {logged}: another environment")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--luck", choices=("own", "recorded"), default="own", help="where chance comes from")
    LUCK = options.parse_args().luck
    serve(replay, name=NAME, version=VERSION, capabilities=CAPABILITIES)
