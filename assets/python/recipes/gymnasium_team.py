"""A wrapper of Gymnasium for a team: one action with a part for each agent, one reward for all.

    python gymnasium_team.py logs/ && creditscope logs/

Copy `LoggedTeam`. The action may be an object by agent or an array or tuple with a part for each. `Relay` is a small environment
to try it on. Run with gymnasium 1.4.0.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import gymnasium
from gymnasium.spaces import Discrete, MultiDiscrete

from creditlog import CreditLog


class LoggedTeam(gymnasium.Wrapper):
    """Logs each episode of a team. `prefix` tells its episodes from those of other environments of the run."""

    def __init__(self, env, log, agents, prefix="ep"):
        super().__init__(env)
        self.log, self.team, self.prefix = log, list(agents), prefix
        self.count, self.episode = 0, None

    def reset(self, *, seed=None, options=None):
        observation, info = self.env.reset(seed=seed, options=options)
        self._end("aborted")  # one that was left in the middle
        self.episode = self.log.episode(f"{self.prefix}-{self.count}", agents=self.team, seed=seed)
        self.count += 1
        self.steps, self.earned, self.observation = 0, 0.0, observation
        return observation, info

    def step(self, action):
        observation, reward, terminated, truncated, info = self.env.step(action)
        parts = action if isinstance(action, Mapping) else dict(zip(self.team, action))
        acts = [self.episode.action(agent, part, step=self.steps, obs=self.observation) for agent, part in parts.items()]
        if reward:
            self.episode.reward(reward, step=self.steps, of=acts)
        self.steps, self.earned, self.observation = self.steps + 1, self.earned + float(reward), observation
        if terminated or truncated:
            success = info.get("is_success", info.get("success"))
            ended = None if success is None else "success" if success else "failure"
            self._end("truncated" if truncated and not terminated else ended)
        return observation, reward, terminated, truncated, info

    def close(self):
        self._end("aborted")
        return self.env.close()

    def _end(self, status):
        if self.episode is not None:
            self.episode.end(status, return_=self.earned, steps=self.steps)
            self.episode = None


class Relay(gymnasium.Env):
    """A baton goes from one runner to the next when both hold out a hand in the same step; each step costs 0.1."""

    action_space = MultiDiscrete([2, 2])
    observation_space = Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 0, {}

    def step(self, action):
        passed = bool(action[0] == 1 and action[1] == 1)
        return int(passed), 0.9 if passed else -0.1, passed, False, {"is_success": passed}


def main(path):
    log = CreditLog(path, run="gymnasium", env="relay", algorithm="random")
    env = LoggedTeam(Relay(), log, agents=["giver", "taker"])
    env.action_space.seed(3)
    for seed in range(3):
        env.reset(seed=seed)
        over = False
        while not over:
            _, _, terminated, truncated, _ = env.step(env.action_space.sample())
            over = terminated or truncated
    env.close()
    return log


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "logs/")
