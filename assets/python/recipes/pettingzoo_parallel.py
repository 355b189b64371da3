"""A loop over a parallel environment of PettingZoo that logs every agent's acts and own rewards.

    python pettingzoo_parallel.py logs/ && creditscope logs/

Copy `play` into your loop. `Lift` is a small environment to try it on; `main` also measures what each agent is worth, by playing
the episode again with teams of which the others do nothing. Run with pettingzoo 1.27.0.
"""

from __future__ import annotations

import random
import sys

from gymnasium.spaces import Discrete
from pettingzoo import ParallelEnv

from creditlog import CreditLog, counterfactual


def play(env, act, log, name, *, seed=None):
    """Plays one episode, `act(agent, observation)` giving the actions; returns its `Episode` and what each agent earned."""
    observations, _ = env.reset(seed=seed)
    earned = dict.fromkeys(env.agents, 0.0)
    with log.episode(name, seed=seed, agents=getattr(env, "possible_agents", None)) as episode:
        step, truncated = 0, False
        while env.agents:
            actions = {agent: act(agent, observations[agent]) for agent in env.agents}
            before = observations
            observations, rewards, _, truncations, _ = env.step(actions)
            # No `parents`: of a joint step each act is linked to the last one of its own agent.
            acts = {agent: episode.action(agent, action, step=step, obs=before[agent])
                    for agent, action in actions.items()}
            for agent, reward in rewards.items():
                earned[agent] = earned.get(agent, 0.0) + float(reward)
                if reward:
                    episode.reward(reward, agent=agent, step=step, of=acts.get(agent))
            truncated = truncated or any(truncations.values())
            step += 1
        episode.end("truncated" if truncated else None, steps=step, rewards=earned)
    return episode, earned


class Lift(ParallelEnv):
    """Two agents beside a weight. It goes up when both lift in one step; then the episode ends and each earns 1."""

    metadata = {"name": "lift"}
    possible_agents = ["left", "right"]

    def __init__(self, steps=10):
        self.steps = steps
        self.observation_spaces = {agent: Discrete(steps + 1) for agent in self.possible_agents}
        self.action_spaces = {agent: Discrete(2) for agent in self.possible_agents}

    def observation_space(self, agent):
        return self.observation_spaces[agent]

    def action_space(self, agent):
        return self.action_spaces[agent]

    def reset(self, seed=None, options=None):
        self.agents, self.step_count = list(self.possible_agents), 0
        return dict.fromkeys(self.agents, 0), {agent: {} for agent in self.agents}

    def step(self, actions):
        self.step_count += 1
        up = all(actions[agent] == 1 for agent in self.agents)
        late = not up and self.step_count == self.steps
        each = lambda value: dict.fromkeys(actions, value)
        answer = each(self.step_count), each(float(up)), each(up), each(late), {agent: {} for agent in actions}
        if up or late:
            self.agents = []
        return answer


def main(path):
    log = CreditLog(path, run="pettingzoo", env="lift", algorithm="random")
    env = Lift(steps=3)
    luck = random.Random(1)
    episode, _ = play(env, lambda agent, seen: luck.randrange(2), log, "lift-0", seed=1)

    def play_team(team, seed):
        """What each earns when only `team` may lift."""
        luck, totals = random.Random(seed), dict.fromkeys(env.possible_agents, 0.0)
        env.reset(seed=seed)
        while env.agents:
            lots = {agent: luck.randrange(2) for agent in env.agents}  # drawn for all, so that a seed is the same luck
            _, rewards, *_ = env.step({agent: lot if agent in team else 0 for agent, lot in lots.items()})
            totals = {agent: totals[agent] + rewards[agent] for agent in totals}
        return totals

    counterfactual.coalitions(episode, env.possible_agents, play_team, runs=32)
    return log


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "logs/")
