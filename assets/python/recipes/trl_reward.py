"""Reward functions of TRL's GRPOTrainer that log every completion as an episode of its group.

    rollouts = Rollouts(CreditLog("logs/", run="grpo"))
    trainer = GRPOTrainer(reward_funcs=[rollouts.logged(right), rollouts.logged(short, weight=0.1)], ...)

Completions of one prompt in one step are a group: `creditscope report --method group` gives their advantages. Each rank writes a
file of its own. Written for trl 0.20 and later, and run with the arguments that GRPOTrainer passes, not with trl itself.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys

from creditlog import CreditLog


class Rollouts:
    """Wraps the reward functions of one trainer: what they say of one batch becomes the rewards of the same episodes."""

    def __init__(self, log, agent="policy"):
        self.log, self.agent = log, agent
        self.functions = 0
        self.batch, self.episodes, self.heard, self.count = None, [], 0, 0

    def logged(self, function, weight=1.0):
        """The same reward function; `weight` is what `reward_weights` of the trainer has for it."""
        self.functions += 1

        @functools.wraps(function)
        def rewarded(prompts, completions, **fields):
            rewards = function(prompts=prompts, completions=completions, **fields)
            with self.log.guard():
                self._add(function.__name__, weight, prompts, completions, rewards, fields.get("trainer_state"))
            return rewards

        return rewarded

    def _add(self, name, weight, prompts, completions, rewards, state):
        if self.batch is not completions:
            self.batch, self.heard = completions, 0
            self.episodes = [self._begin(prompt, completion, state) for prompt, completion in zip(prompts, completions)]
        for episode, reward in zip(self.episodes, rewards):
            if reward is not None:  # this function has nothing to say of the completion
                episode.reward(weight * float(reward), name=name, source=name)
        self.heard += 1
        if self.heard == self.functions:
            for episode in self.episodes:
                episode.end()
            self.batch = None

    def _begin(self, prompt, completion, state):
        text = prompt if isinstance(prompt, str) else json.dumps(prompt, sort_keys=True, default=str)
        update = getattr(state, "global_step", None)
        known = {} if update is None else {"update": update, "global_step": update}
        # Unique in the run: ranks count apart.
        name = f"{os.environ.get('RANK', '0')}-{os.getpid()}-{self.count}"
        self.count += 1
        episode = self.log.episode(name, task=text, group=hashlib.sha1(text.encode()).hexdigest()[:12], **known)
        before = []
        turns = [{"role": "assistant", "content": completion}] if isinstance(completion, str) else completion
        for turn, message in enumerate(turns):
            if message.get("role") == "assistant":
                said = {name: message[name] for name in ("content", "tool_calls") if message.get(name)}
                before = [episode.action(self.agent, said.get("content") if len(said) < 2 else said, kind="llm",
                                         turn=turn, parents=before)]
            else:  # what a tool or the user answered within the rollout
                before = [episode.message(message.get("role", "user"), self.agent, message.get("content"),
                                          parents=before)]
        return episode


def right(prompts, completions, answer, **_):
    """1 for a completion that ends in the answer."""
    return [float(text.strip().endswith(right)) for text, right in zip(completions, answer)]


def short(prompts, completions, **_):
    """How far a completion is from 20 characters, from 0 to 1."""
    return [max(0.0, 1.0 - len(text) / 20) for text in completions]


def main(path):
    """What a trainer does with the functions: each is called once with the whole batch."""
    log = CreditLog(path, run="trl", algorithm="grpo", env="sums")
    rollouts = Rollouts(log)
    batch = {"prompts": ["1 + 2 ="] * 4, "completions": ["3", "it is 3", "4", "perhaps it is 5"], "answer": ["3"] * 4}
    for function in (rollouts.logged(right), rollouts.logged(short, weight=0.1)):
        function(**batch)
    return log


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "logs/")
