"""Records the foraging samples: `python forage.py [OUTPUT_DIRECTORY]`.

Three episodes of the team of `forage_sim`, each with the counterfactual data that its `Episode` asks for. All values
are returns of the whole episode (what was already earned counts), estimated by playing on from the saved state with
all policies frozen; alternatives at one state are played with the same random seeds.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from credit_math import Coalition, coalitions, mean, shapley, shapley_error, spread, summary, tidy
from creditlog import CreditLog
from forage_replay import Choice, choice_returns, coalition_returns, replay_choice, seeds, state_returns
from forage_sim import (
    AGENTS,
    FOOD_LEVELS,
    HORIZON,
    IDLE,
    LISTENERS,
    LOAD,
    SILENT,
    TEAMS,
    Snapshot,
    World,
    choose,
)

EPOCH = 1767225600.0
STEP_SECONDS = 0.5
SUCCESS_RETURN = 1.0
Q_REPLAYS = 256
VALUE_REPLAYS = 256
GROUP_REPLAYS = 16
COALITION_REPLAYS = 256
DUTIES = {
    "scout": "announces the food to lift", "lifter": "level 2, goes where it is called",
    "porter": "relays calls and lifts along", "runner": "goes where it is called",
}

Write = Callable[..., Any]


@dataclass(frozen=True)
class Episode:
    """One episode to record, and the counterfactual data to go with it."""

    name: str
    layout: int
    seed: int
    saboteur: str | None = None
    start: float = EPOCH
    tables: bool = False
    defaults: bool = False
    groups: bool = False
    coalitions: bool = False

    @property
    def valued(self) -> bool:
        """Whether every act carries the values of its alternatives."""
        return self.tables or self.defaults


@dataclass(frozen=True)
class Valued:
    """An act with the replayed returns of its options."""

    choice: Choice
    returns: dict[str, list[float]]

    @property
    def gain(self) -> float:
        """What the act brought over the default: its difference reward."""
        return mean(self.returns[self.choice.chosen]) - self.default

    @property
    def default(self) -> float:
        """The value of the default action in its place."""
        return mean(self.returns[self.choice.default])


class Recorder:
    """Plays one episode and writes its records."""

    def __init__(self, write: Write, episode: Episode) -> None:
        self.sink = write
        self.ep = episode
        self.world = World(episode.layout, episode.saboteur)
        self.origin = self.world.save()
        self.rng = random.Random(f"{episode.layout}/{episode.seed}")
        self.choices: list[Choice] = []
        self.valued: list[Valued] = []
        self.arrivals: dict[str, str] = {}
        self.lifted_by: dict[str, list[str]] = {}
        self.joints: list[dict[str, str]] = []
        self.earned = 0.0
        self.messages = 0

    def record(self) -> float:
        """Writes the whole episode and returns its return."""
        self._open()
        while not self.world.over:
            for agent in self.world.speakers():
                self._call(agent)
            self._move()
        self.earned = self.world.earned
        self._check_against_environment()
        self._close()
        self._counterfactuals()
        return self.earned

    def _write(self, record_type: str, step: int, offset: float, /, **fields: Any) -> None:
        """Writes one record, `offset` seconds into its step."""
        self.sink(record_type, self.ep.name, ts=self._time(step, offset), step=step, **fields)

    def _time(self, step: int, offset: float) -> float:
        return round(self.ep.start + step * STEP_SECONDS + offset, 3)

    def _policy_id(self, agent: str) -> str:
        return f"pi_{agent}@{2 if agent == self.ep.saboteur else 1}"

    # The episode itself.

    def _open(self) -> None:
        world = self.world
        agents = [
            {"id": agent, "role": agent, "team": TEAMS[agent], "duty": DUTIES[agent],
             "level": world.levels[agent], "policy": self._policy_id(agent)}
            for agent in AGENTS
        ]
        edges = [{"from": agent, "to": to, "kind": "radio"} for agent, heard in LISTENERS.items() for to in heard]
        foods = ", ".join(f"{food} ({level})" for food, level in FOOD_LEVELS.items())
        self._write("episode_start", 0, 0.0, agents=agents, graph={"edges": edges}, seed=self.ep.seed,
                    task=f"lift {foods} within {HORIZON} steps", group=f"layout-{self.ep.layout}",
                    trace_id=_digest(self.ep.name)[:32])
        env = {
            "foods": {food: {"at": cell, "level": FOOD_LEVELS[food]} for food, cell in world.foods.items()},
            "positions": {agent: world.cell(agent) for agent in AGENTS},
        }
        self._write("state", 0, 0.01, id="state-start", scope="collective",
                    state={"env": env, "agents": {agent: {"told": None} for agent in AGENTS}})

    def _call(self, agent: str) -> None:
        """The agent's radio slot: a decision, then the message, unless it stays silent."""
        world, step = self.world, self.world.step_index
        act, message = f"{agent}-call-{step:02}", f"msg-{agent}-{step:02}"
        policy, at = world.call_policy(agent), world.save()
        choice = Choice(act, agent, choose(policy, self.rng), SILENT, policy, at)
        self._act(choice, step, 0.02, self._state_value(at, True), kind="plan", action=_call_label(choice.chosen),
                  parents=self._call_parents(agent), pre_state={"at": at.cell(agent), "told": at.told(agent)})
        world.call(agent, choice.chosen, act, message)
        if choice.chosen == SILENT:
            return
        self.messages += 1
        row, col = world.foods[choice.chosen]
        self._write("message", step, 0.05, id=message, parents=[act], **{"from": agent}, to=LISTENERS[agent],
                    recv_ts=self._time(step, 0.11),
                    content=f"{choice.chosen} at row {row}, column {col}: go and lift it")
        for other in AGENTS:
            if world.beliefs[other].target != at.told(other):
                self._write("state", step, 0.12, scope=other, after=[act if other == agent else message],
                            delta=[{"op": "replace", "path": "/told", "value": choice.chosen}])

    def _call_parents(self, agent: str) -> list[str]:
        """What the decision rests on: the call in force, and the acts that lifted what it called for."""
        told = self.world.beliefs[agent]
        if told.target is None or told.source is None:
            return []
        return [told.source, *self.lifted_by.get(told.target, [])]

    def _move(self) -> None:
        """One joint environment step, with its reward and the change it made."""
        world, step, at = self.world, self.world.step_index, self.world.save()
        policies = {agent: world.move_policy(agent) for agent in AGENTS}
        joint = {agent: choose(policies[agent], self.rng) for agent in AGENTS}
        acts = {agent: f"{agent}-{step:02}" for agent in AGENTS}
        parents = {agent: self._move_parents(agent, joint[agent]) for agent in AGENTS}
        minds = {agent: {"at": world.cell(agent), "target": world.target(agent)} for agent in AGENTS}
        value = self._state_value(at, False)
        lying = [food for food in world.foods if world.present(food)]
        rewards = world.act(joint)
        after = world.save()
        for agent in AGENTS:
            moved = after.cell(agent) != at.cell(agent)
            choice = Choice(acts[agent], agent, joint[agent], IDLE, policies[agent], at, joint)
            self._act(choice, step, 0.2, value, kind="env", action=joint[agent], parents=parents[agent],
                      pre_state=minds[agent], dur=0.04, result=_effect(joint[agent], moved, rewards[agent]))
            if moved:
                self.arrivals[agent] = acts[agent]
        lifters = [acts[agent] for agent in AGENTS if rewards[agent] > 0]
        gone = [food for food in lying if not world.present(food)]
        self.lifted_by |= {food: lifters for food in gone}
        self._env_delta(step, at, after, gone, acts, lifters)
        self._reward(step, rewards, gone, lifters)
        self.joints.append(joint)

    def _move_parents(self, agent: str, action: str) -> list[str]:
        """The call that set the target, else the move that led to what is in sight; for a load also the arrival."""
        arrival = [self.arrivals[agent]] if agent in self.arrivals else []
        source = self.world.beliefs[agent].source
        if source is None or not self.world.obeys(agent):
            return arrival
        return [source, *(arrival if action == LOAD else [])]

    def _act(self, choice: Choice, step: int, offset: float, value: float | None, **fields: Any) -> None:
        """Writes one action, replaying its options first where the episode asks for values."""
        policy: dict[str, Any] = {"id": self._policy_id(choice.agent), "chosen": choice.chosen}
        if self.ep.valued:
            now = self.world.save()
            options = {name: choice_returns(self.world, choice, name, Q_REPLAYS) for name in choice.policy}
            self.world.restore(now)
            self.valued.append(Valued(choice, options))
            policy |= {"probs": choice.policy, "q": {name: tidy(mean(got)) for name, got in options.items()},
                       "value": value}
        self.choices.append(choice)
        self._write("action", step, offset, id=choice.act, agent=choice.agent, policy=policy,
                    default=choice.default, **fields)

    def _state_value(self, at: Snapshot, radio: bool) -> float | None:
        """The value of the state before a decision, replayed apart from the values of its options."""
        if not self.ep.valued:
            return None
        label = f"{at.step}/{'radio' if radio else 'move'}"
        value = mean(state_returns(self.world, at, radio, label, VALUE_REPLAYS))
        self.world.restore(at)
        return tidy(value)

    def _env_delta(self, step: int, at: Snapshot, after: Snapshot, gone: list[str], acts: dict[str, str],
                   lifters: list[str]) -> None:
        """The change of the grid as a JSON patch."""
        movers = [agent for agent in AGENTS if at.cell(agent) != after.cell(agent)]
        delta = [{"op": "replace", "path": f"/positions/{agent}", "value": after.cell(agent)} for agent in movers]
        delta += [{"op": "remove", "path": f"/foods/{food}"} for food in gone]
        if delta:
            self._write("state", step, 0.3, scope="env", after=[acts[agent] for agent in movers] + lifters,
                        delta=delta)

    def _reward(self, step: int, rewards: dict[str, float], gone: list[str], lifters: list[str]) -> None:
        total = sum(rewards.values())
        if total:
            self._write("reward", step, 0.32, id=f"reward-{step:02}", value=total, source="environment",
                        name=f"lifted {' and '.join(gone)}", of=lifters,
                        components={agent: got for agent, got in rewards.items() if got})

    def _close(self) -> None:
        steps = len(self.joints)
        success = self.earned >= SUCCESS_RETURN
        self._write("metric", steps, 0.0, values={
            "radio_messages": self.messages,
            "coordination_overhead": tidy(self.messages / len(self.choices)),
            "inter_agent_latency": 0.06,
            "idle_or_fruitless_loads": self._fruitless(),
        }, units={"coordination_overhead": "messages per act", "inter_agent_latency": "s"})
        self._write("episode_end", steps, 0.01, status="success" if success else "failure",
                    reason="goal_achieved" if success else "max_steps_exceeded", steps=steps,
                    answer=f"lifted {', '.join(self.lifted_by) or 'nothing'}", **{"return": self.earned},
                    ground_truth={"target_return": SUCCESS_RETURN, "planted_fault": self.ep.saboteur})

    def _fruitless(self) -> int:
        """Environment acts that did nothing: idling, and loads that lifted nothing."""
        lifting = {act for acts in self.lifted_by.values() for act in acts}
        return sum(choice.chosen in (IDLE, LOAD) and choice.act not in lifting for choice in self.choices)

    def _check_against_environment(self) -> None:
        """The recorded joint actions, played in a fresh environment, must earn the recorded return."""
        fresh = World(self.ep.layout)
        for joint in self.joints:
            fresh.act(joint)
        if fresh.earned != self.earned or not fresh.over:
            raise AssertionError(f"{self.ep.name}: the replayed episode differs from the recorded one")

    # What a trainer adds afterwards.

    def _counterfactuals(self) -> None:
        for valued in self.valued:
            if self.ep.tables:
                self._table(valued)
            if self.ep.defaults:
                self._default(valued)
        if self.ep.groups:
            lifting = {act for acts in self.lifted_by.values() for act in acts}
            for choice in self.choices:
                if choice.joint is None or choice.act in lifting:
                    self._group(choice)
        if self.valued:
            self._difference_rewards()
        if self.ep.coalitions:
            self._coalitions()

    def _after(self, record_type: str, /, **fields: Any) -> None:
        """Writes a record of the evaluation that follows the episode."""
        self.sink(record_type, self.ep.name, ts=self._time(len(self.joints), 1.0), **fields)

    def _evaluation(self, choice: Choice, kind: str, candidates: list[dict[str, Any]], **more: Any) -> None:
        """Writes the counterfactual record of one act."""
        self._after("counterfactual", agent=choice.agent, kind=kind, group=f"{kind}/{choice.act}", of=choice.act,
                    context=_context(choice.at), candidates=candidates,
                    frozen={agent: self._policy_id(agent) for agent in AGENTS}, **more)

    def _table(self, valued: Valued) -> None:
        """The values of all options of one act."""
        self._evaluation(valued.choice, "q_value", [
            _candidate(j, name, valued) for j, name in enumerate(valued.choice.policy)
        ])

    def _default(self, valued: Valued) -> None:
        """The values of the act as taken and of the default."""
        names = dict.fromkeys((valued.choice.chosen, valued.choice.default))
        self._evaluation(valued.choice, "default_action", [
            _candidate(j, name, valued) for j, name in enumerate(names)
        ])

    def _group(self, choice: Choice) -> None:
        """A replay group over all options, and an extra arm with the choice drawn anew from the policy."""
        candidates = []
        for j, name in enumerate(choice.policy):
            played = [replay_choice(self.world, choice, name, seed)
                      for seed in seeds(f"{choice.act}/group", GROUP_REPLAYS)]
            candidates.append({
                "j": j, "action": name, "returns": [run.value for run in played], "prob": choice.policy[name],
                "next": [run.reaction for run in played],
            } | ({"real": True} if name == choice.chosen else {}))
        candidates.append({"j": len(candidates), "action": "(drawn anew)", "extra": True,
                           "returns": self._drawn_anew(choice)})
        self._evaluation(choice, "replay", candidates, prefix={"step": choice.at.step},
                         decoding={"seeds": f"{choice.act}/group/0..{GROUP_REPLAYS - 1}", "horizon": HORIZON})

    def _drawn_anew(self, choice: Choice) -> list[float]:
        """Replays in which this agent's choice is drawn again from its policy."""
        returns = []
        for seed in seeds(f"{choice.act}/anew", GROUP_REPLAYS):
            option = choose(choice.policy, random.Random(f"{seed}/choice"))
            returns.append(replay_choice(self.world, choice, option, seed).value)
        return returns

    def _difference_rewards(self) -> None:
        """Declared credit: every act against its default."""
        self._after("credit", id="credit-difference", algorithm="difference_rewards",
                    params={"baseline": "default_action", "replays": Q_REPLAYS},
                    items=[{"of": valued.choice.act, "agent": valued.choice.agent, "value": tidy(valued.gain),
                            "baseline": tidy(valued.default), "n": Q_REPLAYS} for valued in self.valued])

    def _coalitions(self) -> None:
        """The value of every coalition, and the Shapley values declared from them."""
        returns = {group: coalition_returns(self.world, self.origin, group, COALITION_REPLAYS)
                   for group in coalitions(AGENTS)}
        self._after("counterfactual", kind="coalition", group="coalitions", absence="null",
                    frozen={agent: self._policy_id(agent) for agent in AGENTS},
                    coalitions=[{"agents": group, **summary(got)} for group, got in returns.items()])
        value: dict[Coalition, float] = {frozenset(group): tidy(mean(got)) for group, got in returns.items()}
        error = {frozenset(group): spread(got) / sqrt(len(got)) for group, got in returns.items()}
        shares, errors = shapley(AGENTS, value), shapley_error(AGENTS, error)
        self._after("credit", id="credit-shapley", algorithm="shapley_values",
                    params={"exact": True, "counterfactual": "coalitions", "absence": "null",
                            "grand_coalition": value[frozenset(AGENTS)], "empty_coalition": value[frozenset()]},
                    items=[{"agent": agent, "value": tidy(shares[agent]), "std": tidy(errors[agent]),
                            "n": COALITION_REPLAYS} for agent in AGENTS])


def _candidate(j: int, name: str, valued: Valued) -> dict[str, Any]:
    """One option of an act, valued."""
    taken = {"real": True} if name == valued.choice.chosen else {}
    return {"j": j, "action": name, "prob": valued.choice.policy[name], **summary(valued.returns[name]), **taken}


def _call_label(choice: str) -> str:
    return choice if choice == SILENT else f"call {choice}"


def _effect(action: str, moved: bool, reward: float) -> str:
    """What became of an environment action, in words."""
    if action == LOAD:
        return "lifted" if reward > 0 else "too heavy"
    if action == IDLE:
        return "waited"
    return "moved" if moved else "blocked"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _context(at: Snapshot) -> str:
    """A number that names the state, as a decimal string."""
    state = (at.field.tolist(), at.cells, at.step, [belief.target for belief in at.beliefs])
    return str(int(_digest(repr(state))[:16], 16))


def record_file(path: Path, run: str, episodes: list[Episode]) -> None:
    """Records episodes into a fresh file."""
    path.unlink(missing_ok=True)
    with CreditLog(path, run, writer={"host": "worker-0", "pid": 1000, "rank": 0}, ts=EPOCH - 1.0,
                   env="lbforaging/8x8-4p-3f-coop", algorithm="scripted+replay", gamma=1.0,
                   reward_unit="share of the food lifted", value_of="episode") as log:
        for episode in episodes:
            earned = Recorder(log.write, episode).record()
            print(f"{path.name}: {episode.name} returns {earned}")


def main() -> None:
    """Records the three files."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    out.mkdir(parents=True, exist_ok=True)
    record_file(out / "forage-saboteur.jsonl", "forage/saboteur",
                [Episode("forage-saboteur", 20, 35, "porter", tables=True, groups=True, coalitions=True)])
    record_file(out / "forage-success.jsonl", "forage/honest",
                [Episode("forage-honest", 20, 35, defaults=True, coalitions=True)])
    record_file(out / "forage-replays.jsonl", "forage/erratic-scout",
                [Episode("forage-erratic-scout", 98, 3, "scout", groups=True)])


if __name__ == "__main__":
    main()
