"""Replays a parallel environment of PettingZoo with the policies that played it.

    creditscope replay spread.jsonl --absence null --replayer \\
        'python3 assets/replayers/pettingzoo_parallel.py --env mpe2.simple_spread_v3 --policy my_policies:act'

The log is one of `assets/python/recipes/pettingzoo_parallel.py`: an act of each agent at each `step`, and the `seed` of the
episode. The environment is reset with that seed and takes the logged joint actions up to the act in question; where the log has
what an agent saw, it must see it again. `--policy module:function` names `function(agent, observation, space, luck)`, which
gives an action of `space` and draws from `luck`, a `random.Random`, alone; without it actions are drawn uniformly. A policy
with a memory is called in each step that is played, not in those before the act. What the team earns is the sum of all rewards.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Optional

import numpy as np
from creditreplay import KEEP, NULL, REMOVE, REPLACE, RESAMPLE, Outcome, Request, serve

Policy = Callable[[str, Any, Any, random.Random], Any]
Steps = list[dict[str, dict[str, Any]]]


def uniform(agent: str, observation: Any, space: Any, luck: random.Random) -> Any:
    """Any action, each as likely."""
    space.seed(luck.getrandbits(31))
    return space.sample()


class Game:
    """An environment with its policies."""

    def __init__(self, make: Callable[[], Any], policy: Policy = uniform, null: Any = 0) -> None:
        """`make()` gives an environment; `null` is the action of who does nothing."""
        self.make, self.policy, self.null = make, policy, null

    def replay(self, request: Request, seed: int) -> Outcome:
        """One episode: as logged up to the act that differs, and played on from there."""
        steps, wanted = _steps(request), request.from_act()
        at = None if wanted is None else _step_of(steps, wanted)
        env, luck, totals = self.make(), random.Random(seed), {}
        try:
            seen, _ = env.reset(seed=_seed(request))
            step, reaction = 0, None
            while env.agents:
                logged = steps[step] if step < len(steps) else {}
                if at is not None and step <= at:
                    joint = {agent: self._at_act(request, logged, env, agent, seen[agent], luck) for agent in env.agents}
                else:
                    joint = {agent: self._by_policy(request, logged, env, agent, seen[agent], luck) for agent in env.agents}
                    if at is not None and reaction is None:
                        reaction = f"{env.agents[0]}: {json.dumps(_plain(joint[env.agents[0]]))}"
                seen, rewards, *_ = env.step(joint)
                for agent, reward in rewards.items():
                    totals[agent] = totals.get(agent, 0.0) + float(reward)
                step += 1
        finally:
            env.close()
        return Outcome(sum(totals.values()), totals, reaction)

    def _at_act(self, request: Request, logged: Mapping[str, Any], env: Any, agent: str, seen: Any, luck: random.Random) -> Any:
        """What an agent does up to the act in question: what it did, but for that act."""
        act = logged.get(agent)
        if act is None:
            raise ValueError(f"the log has no act of {agent} in a step before the one that differs")
        _is_seen(act, seen)
        change = request.instead(act.get("id"), agent)
        if change is None or change.do == KEEP:
            return self._action(env, agent, act["action"])
        if change.do == REPLACE:
            return self._action(env, agent, change.action)
        return self._throughout(change.do, env, agent, seen, luck)

    def _by_policy(self, request: Request, logged: Mapping[str, Any], env: Any, agent: str, seen: Any,
                   luck: random.Random) -> Any:
        """What an agent does after that act, or in an episode without one."""
        do = request.throughout(agent)
        if do == KEEP and agent in logged:
            return self._action(env, agent, logged[agent]["action"])
        return self._throughout(RESAMPLE if do == KEEP else do, env, agent, seen, luck)

    def _throughout(self, do: str, env: Any, agent: str, seen: Any, luck: random.Random) -> Any:
        if do == NULL:
            return self._action(env, agent, self.null)
        if do == REMOVE:
            raise ValueError("no agent can be removed from this environment")
        return self.policy(agent, seen, env.action_space(agent), luck)

    def _action(self, env: Any, agent: str, logged: Any) -> Any:
        """An action as the environment takes it: JSON knows neither arrays nor the kinds of numbers."""
        space = env.action_space(agent)
        kind = getattr(space, "dtype", None)
        if isinstance(logged, str):
            try:
                logged = json.loads(logged)
            except ValueError:
                pass
        action = logged if kind is None else np.asarray(logged, dtype=kind)
        action = action.item() if getattr(space, "shape", None) == () and hasattr(action, "item") else action
        if not space.contains(action):
            raise ValueError(f"{logged!r} is no action of {agent}: {space}")
        return action


def _seed(request: Request) -> int:
    """The seed of the episode; a log may write it as text."""
    seed = request.start().get("seed")
    if seed is None:
        raise ValueError(f"the log has no seed of episode {request.episode!r}: it cannot be restored")
    return int(seed)


def _steps(request: Request) -> Steps:
    """The acts of each step, by agent."""
    steps: dict[int, dict[str, dict[str, Any]]] = {}
    for act in request.acts():
        steps.setdefault(act["step"], {})[act["agent"]] = act
    return [steps.get(it, {}) for it in range(max(steps, default=-1) + 1)]


def _step_of(steps: Steps, wanted: str) -> int:
    for step, acts in enumerate(steps):
        if any(act.get("id") == wanted for act in acts.values()):
            return step
    raise KeyError(f"no act {wanted!r}")


def _is_seen(act: Mapping[str, Any], seen: Any) -> None:
    logged = act.get("obs", act.get("pre_state"))
    if logged is None or not isinstance(seen, (np.ndarray, int, float)):
        return
    try:
        apart = np.max(np.abs(np.asarray(logged, dtype=float) - np.asarray(seen, dtype=float)), initial=0.0)
    except (TypeError, ValueError):  # The log has it in other words.
        return
    if not apart <= 1e-4:
        raise ValueError(f"{act['agent']} sees something else before {act.get('id')} than the log has: another environment")


def _plain(action: Any) -> Any:
    return action.tolist() if hasattr(action, "tolist") else action


def named(target: str) -> Any:
    """What `module:name` names; modules beside where the command is run are found."""
    module, _, name = target.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    return getattr(importlib.import_module(module), name)


def main(arguments: Optional[list[str]] = None) -> None:
    """Serves the environment that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", required=True, metavar="MODULE", help="the module that has `parallel_env`")
    parser.add_argument("--env-args", type=json.loads, default={}, metavar="JSON", help="keywords of `parallel_env`")
    parser.add_argument("--policy", metavar="MODULE:FUNCTION", help="what agents do (default: anything)")
    parser.add_argument("--null", type=json.loads, default=0, metavar="JSON", help="the null action (default: 0)")
    parser.add_argument("--deterministic", action="store_true", help="the policy draws nothing: runs repeat what is logged")
    options = parser.parse_args(arguments)
    make = named(f"{options.env}:parallel_env")
    game = Game(lambda: make(**options.env_args), named(options.policy) if options.policy else uniform, options.null)
    serve(game.replay, name=options.env, version=f"pettingzoo {version('pettingzoo')}", deterministic=options.deterministic,
          capabilities=(REPLACE, NULL, RESAMPLE))


if __name__ == "__main__":
    main()
