"""Libraries that are not installed, as far as the recipes use them: the same names, the same shapes."""

from __future__ import annotations

import importlib.util
import random
import sys
from types import ModuleType, SimpleNamespace


def is_installed(name: str) -> bool:
    """Whether the real library is here, and no stand-in."""
    if isinstance(sys.modules.get(name), StandIn):
        return False
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


class StandIn(ModuleType):
    """A module with these names in it, below whatever packages its own name needs."""

    def __init__(self, name: str, **names) -> None:
        super().__init__(name)
        self.__path__ = []
        self.__dict__.update(names)
        sys.modules[name] = self
        package, _, last = name.rpartition(".")
        if package:
            setattr(sys.modules.get(package) or StandIn(package), last, self)


class Discrete:
    def __init__(self, n):
        self.n, self.luck = n, random.Random(0)

    def seed(self, seed):
        self.luck = random.Random(seed)

    def sample(self):
        return self.luck.randrange(self.n)


class MultiDiscrete:
    def __init__(self, sizes):
        self.parts = [Discrete(it) for it in sizes]

    def seed(self, seed):
        for at, part in enumerate(self.parts):
            part.seed(seed + at)

    def sample(self):
        return [it.sample() for it in self.parts]


class Env:
    def reset(self, *, seed=None, options=None):
        pass

    def close(self):
        pass


class Wrapper:
    def __init__(self, env):
        self.env = env

    def __getattr__(self, name):
        return getattr(self.env, name)


def install() -> None:
    """Puts a stand-in wherever a library is missing."""
    if not is_installed("gymnasium"):
        StandIn("gymnasium", Env=Env, Wrapper=Wrapper)
        StandIn("gymnasium.spaces", Discrete=Discrete, MultiDiscrete=MultiDiscrete)
    if not is_installed("pettingzoo"):
        StandIn("pettingzoo", ParallelEnv=type("ParallelEnv", (), {}))
    if not is_installed("ray"):
        StandIn("ray.rllib.callbacks.callbacks", RLlibCallback=type("RLlibCallback", (), {}))
    if not is_installed("langchain_core"):
        StandIn("langchain_core.callbacks", BaseCallbackHandler=type("BaseCallbackHandler", (), {}))


class MultiAgentEpisode:
    """An episode of RLlib's new API stack, as its callbacks see it: the getters by index, -1 the last."""

    def __init__(self, id_, modules):
        self.id_, self.modules, self.agent_ids = id_, modules, set(modules)
        self.observations, self.actions, self.rewards, self.outputs = [], [], [], []
        self.is_truncated = False

    def module_for(self, agent):
        return self.modules[agent]

    def get_observations(self, index):
        return self.observations[index]

    def get_actions(self, index):
        return self.actions[index]

    def get_rewards(self, index):
        return self.rewards[index]

    def get_extra_model_outputs(self, key, index):
        if key != "action_logp":
            raise KeyError(key)
        return self.outputs[index]


class AutoGenTeam:
    """A team of AgentChat: what it yields has these fields."""

    async def run_stream(self, task):
        used = SimpleNamespace(prompt_tokens=3, completion_tokens=4)
        call = SimpleNamespace(id="1", name="add_numbers", arguments='{"a": 1, "b": 2}')
        answer = SimpleNamespace(call_id="1", name="add_numbers", content="3", is_error=False)
        failed = SimpleNamespace(call_id="2", name="gone", content="no such tool", is_error=True)
        yield SimpleNamespace(type="TextMessage", source="user", content=task, models_usage=None)
        yield SimpleNamespace(type="TextMessage", source="planner", content="call add_numbers", models_usage=used)
        yield SimpleNamespace(type="HandoffMessage", source="planner", target="coder", content="yours", models_usage=None)
        yield SimpleNamespace(type="ToolCallRequestEvent", source="coder", content=[call], models_usage=used)
        yield SimpleNamespace(type="ToolCallExecutionEvent", source="coder", content=[answer, failed], models_usage=None)
        yield SimpleNamespace(type="ToolCallSummaryMessage", source="coder", content="3", models_usage=None)
        yield SimpleNamespace(messages=[], stop_reason="enough")
