"""A callback of RLlib (new API stack) that logs every episode of every env runner.

    config = PPOConfig().environment(...).callbacks(callbacks_class=LogEpisodes)

Set PATH to a directory that all runners see: each of them writes a file of its own there. Written for ray 2.40 and later, and run
against an episode of the same shape only, not against ray itself.
"""

from __future__ import annotations

from ray.rllib.callbacks.callbacks import RLlibCallback

from creditlog import CreditLog


class LogEpisodes(RLlibCallback):
    """Logs actions, own rewards, log-probabilities and ends. What fails here is counted in `log.dropped`, never raised."""

    PATH = "logs/"
    RUN = "rllib"

    def __init__(self):
        super().__init__()
        self.log = None  # opened by the first episode: the driver has the callback too, and plays none
        self.episodes = {}

    def on_episode_start(self, *, episode, env_runner=None, metrics_logger=None, env=None, env_index=0, rl_module=None,
                         **kwargs):
        if self.log is None:
            self.log = CreditLog(self.PATH, run=self.RUN, algorithm="rllib")
        with self.log.guard():
            self.episodes[episode.id_] = [self.log.episode(episode.id_), 0]

    def on_episode_step(self, *, episode, env_runner=None, metrics_logger=None, env=None, env_index=0, rl_module=None,
                        **kwargs):
        if episode.id_ not in self.episodes:
            return
        with self.log.guard():
            logged, step = self.episodes[episode.id_]
            self.episodes[episode.id_][1] = step + 1
            actions = _by_agent(episode, episode.get_actions(-1))
            seen = _by_agent(episode, episode.get_observations(-2))  # the last ones came of the actions
            likely = _log_probabilities(episode)
            acts = {}
            for agent, action in actions.items():
                policy = {"logp": likely[agent]} if agent in likely else {}
                if hasattr(episode, "module_for"):
                    policy["id"] = str(episode.module_for(agent))
                fields = {"obs": seen[agent]} if agent in seen else {}
                acts[agent] = logged.action(agent, action, step=step, policy=policy, **fields)
            for agent, reward in _by_agent(episode, episode.get_rewards(-1)).items():
                if reward:
                    logged.reward(reward, agent=agent, step=step, of=acts.get(agent))

    def on_episode_end(self, *, episode, env_runner=None, metrics_logger=None, env=None, env_index=0, rl_module=None,
                       **kwargs):
        if episode.id_ not in self.episodes:
            return
        with self.log.guard():
            logged, steps = self.episodes.pop(episode.id_)
            logged.end("truncated" if episode.is_truncated else None, steps=steps)


def _by_agent(episode, values):
    """The values by agent; those of a `SingleAgentEpisode` are of the only one."""
    return dict(values) if hasattr(episode, "agent_ids") else {"agent": values}


def _log_probabilities(episode):
    try:
        return _by_agent(episode, episode.get_extra_model_outputs("action_logp", -1))
    except (KeyError, IndexError):  # the module does not draw its actions
        return {}
