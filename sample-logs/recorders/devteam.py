"""Records the development team: `python devteam.py [OUTPUT_DIRECTORY]`.

Five episodes; what each holds beside its trace and reward is stated by its `Episode`. Every return in the log comes
from executing the program that the replayed team arrived at on the hidden tests.
"""

from __future__ import annotations

import hashlib
import math
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credit_math import Coalition, coalitions, mean, shapley, shapley_error, spread, summary, tidy
from creditlog import CreditLog
from devtasks import BASIC, DURATION, MERGE, ROTATE, Task
from devteam_sim import AGENTS, DEFAULTS, ROUNDS, Chooser, Event, Outcome, play

EPOCH = 1767229200.0
GROUP_REPLAYS = 8
NULL_REPLAYS = 16
COALITION_REPLAYS = 32
STEP_SECONDS = 4.0
CHARACTERS_PER_TOKEN = 4
TOKENS_PER_SECOND = 60
COST_PER_TOKEN = 2e-6
PROMPT_TOKENS = {"planner": 180, "coder": 260, "tester": 220}
MODELS = {"planner": "scripted-planner", "coder": "scripted-coder", "tester": "scripted-tester"}
TOOLS = {"tester": ["run_tests"]}


@dataclass(frozen=True)
class Episode:
    """One episode to record, and what to add to it."""

    name: str
    task: Task
    seed: int
    start: float
    groups: bool = False
    nulls: bool = False
    coalitions: bool = False
    review: bool = False


class Recorder:
    """Plays one episode and writes its records."""

    def __init__(self, write: Callable[..., Any], episode: Episode) -> None:
        self.sink = write
        self.ep = episode
        self.outcome = play(episode.task, Chooser(random.Random(f"{episode.task.name}/{episode.seed}")))
        self.decisions = self.outcome.decisions
        self.ids: dict[int, str] = {}
        self.now = episode.start
        self.step = 0
        self.messages = 0
        self.tokens = 0
        self.version = 0
        self.told: dict[str, str] = {}
        self.tests = ""
        self.author = ""

    def record(self) -> float:
        """Writes the whole episode and returns its reward."""
        self._open()
        for event in self.outcome.events:
            self._event(event)
            self.step += 1
        self._close()
        if self.ep.groups:
            for index in range(len(self.decisions)):
                self._group(index)
        if self.ep.nulls:
            self._null_actions()
        if self.ep.coalitions:
            self._coalitions()
        if self.ep.review:
            self._review()
        return self.outcome.score

    def _write(self, record_type: str, **fields: Any) -> None:
        self.sink(record_type, self.ep.name, ts=round(self.now, 3), **fields)

    # The episode itself.

    def _open(self) -> None:
        agents = [
            {"id": agent, "role": agent, "team": "quality" if agent == "tester" else "build", "model": MODELS[agent],
             "policy": f"pi_{agent}@1", "tools": TOOLS.get(agent, [])}
            for agent in AGENTS
        ]
        edges = [{"from": "planner", "to": "coder"}, {"from": "planner", "to": "tester"},
                 {"from": "coder", "to": "tester"}, {"from": "tester", "to": "coder"}]
        self._write("episode_start", step=0, agents=agents, graph={"edges": edges}, task=self.ep.task.title,
                    seed=self.ep.seed, group=self.ep.task.name, trace_id=_digest(self.ep.name)[:32])
        self._write("state", id="state-start", step=0, scope="collective",
                    state={"env": {"program": None, "tests": 0}, "agents": {agent: {"inbox": 0} for agent in AGENTS}})

    def _event(self, event: Event) -> None:
        """Writes one event with the message and the change of state that follow from it."""
        {"plan": self._plan, "code": self._code, "repair": self._code, "tests": self._tests, "run": self._run}[
            event.stage](event)

    def _plan(self, event: Event) -> None:
        act = self._decision(event, kind="plan", parents=[], pre_state={"task": self.ep.task.title})
        self._message("planner", ["coder", "tester"], event.text, act)

    def _code(self, event: Event) -> None:
        self.version += 1
        act = self._decision(event, kind="llm", parents=[self.told["coder"]],
                             pre_state={"round": event.round, "program": self._program(self.version - 1)})
        self.author = act
        self._env_delta("program", self._program(self.version), act)
        self._message("coder", ["tester"], f"program {self._program(self.version)} is ready", act)

    def _tests(self, event: Event) -> None:
        spec = self.ids[0]
        self.tests = self._decision(event, kind="llm", parents=[self._message_of(spec)],
                                    pre_state={"program": self._program(self.version)})
        self._env_delta("tests", len(event.cases), self.tests)

    def _run(self, event: Event) -> None:
        act = f"tester-run-{event.round}"
        call = {"tool": "run_tests", "args": {"program": self._program(self.version), "tests": len(event.cases)}}
        failed = len(event.failures)
        self._write("action", id=act, agent="tester", step=self.step, parents=[self.tests, self.told["tester"]],
                    kind="tool", action=call, result=event.text, dur=0.08, span_id=self._span(act),
                    **({"error": f"{failed} of {len(event.cases)} tests failed"} if failed else {}))
        self.now += STEP_SECONDS / 2
        if failed and event.round < ROUNDS:
            self._message("tester", ["coder"], event.text, act)

    def _decision(self, event: Event, **fields: Any) -> str:
        """Writes the action of a decision and returns its id."""
        index = len(self.ids)
        turn = sum(self.decisions[earlier].agent == event.agent for earlier in range(index)) + 1
        act = self.ids[index] = f"{event.agent}-{turn}"
        out = len(event.text) // CHARACTERS_PER_TOKEN + 1
        spent = PROMPT_TOKENS[event.agent] + out
        self.tokens += spent
        dur = round(0.2 + out / TOKENS_PER_SECOND, 3)
        prob = event.policy[event.chosen]
        self._write("action", id=act, agent=event.agent, step=self.step, action=event.text, dur=dur,
                    policy={"id": f"pi_{event.agent}@1", "chosen": event.chosen, "probs": event.policy,
                            "logp": tidy(math.log(prob))},
                    default=DEFAULTS[event.stage], span_id=self._span(act),
                    usage={"in": PROMPT_TOKENS[event.agent], "out": out, "cost": tidy(spent * COST_PER_TOKEN)},
                    **fields)
        self.now += dur
        return act

    def _message(self, sender: str, to: list[str], content: str, act: str) -> None:
        """Sends a message; the receivers' next acts rest on it."""
        self.messages += 1
        message = self._message_of(act)
        self._write("message", id=message, step=self.step, parents=[act], **{"from": sender}, to=to,
                    recv_ts=round(self.now + 0.02, 3), content=content)
        self.told |= {agent: message for agent in to}
        self.now += STEP_SECONDS / 4

    def _env_delta(self, path: str, value: Any, act: str) -> None:
        self._write("state", step=self.step, scope="env", after=[act],
                    delta=[{"op": "replace", "path": f"/{path}", "value": value}])

    def _close(self) -> None:
        score, failing = self.outcome.score, self.ep.task.failures(self.outcome.program, self.ep.task.hidden)
        repairs = sum(event.stage == "repair" for event in self.outcome.events)
        overhead = tidy(self.messages / len(self.outcome.events))
        self._write("metric", values={"tokens": self.tokens, "messages": self.messages, "repair_rounds": repairs,
                                      "coordination_overhead": overhead},
                    units={"coordination_overhead": "messages per act"})
        self.now += 1.5
        self._write("reward", id="reward", step=self.step, value=score, source="validation_service",
                    name="share of hidden tests passed", of=[self.author], delay=1.5)
        self.now += 0.1
        success = score == 1.0
        unsuccessful = "critical_failure" if self.outcome.passed_own_tests else "max_steps_exceeded"
        reason = "goal_achieved" if success else unsuccessful
        truth = {"failed_hidden_tests": [f"{one.case.shown(self.ep.task.name)}: {one.said}" for one in failing]}
        self._write("episode_end", step=self.step, status="success" if success else "failure", reason=reason,
                    **{"return": score}, steps=self.step, answer=self.ep.task.program(self.outcome.program),
                    ground_truth=truth | ({} if success else {"fault": self._fault(failing[0].case.about)}))
        self.now += 1.0

    def _fault(self, about: str) -> dict[str, str]:
        """Who let the failing requirement go: the planner if it was never specified, else the program's author."""
        specified = about == BASIC or self.ep.task.requirements[about].wording in self.decisions[0].text
        return {"agent": "coder", "act": self.author} if specified else {"agent": "planner", "act": self.ids[0]}

    def _program(self, version: int) -> str | None:
        return f"v{version}" if version else None

    def _message_of(self, act: str) -> str:
        return f"msg-{act}"

    def _span(self, act: str) -> str:
        return _digest(f"{self.ep.name}/{act}")[:16]

    # Replays: the decisions before stay, the one in question is replaced, those after are drawn anew.

    def _replay(self, index: int, option: str | None, seed: str) -> Outcome:
        """Replays from a decision on with another option (None: drawn anew too)."""
        forced = [event.chosen for event in self.decisions[:index]] + ([option] if option else [])
        return play(self.ep.task, Chooser(random.Random(seed), forced))

    def _seeds(self, index: int, count: int) -> list[str]:
        return [f"{self.ep.name}/{self.ids[index]}/{k}" for k in range(count)]

    def _evaluation(self, index: int, kind: str, candidates: list[dict[str, Any]], **more: Any) -> None:
        """Writes the counterfactual record of one decision."""
        act = self.ids[index]
        prefix = [event.chosen for event in self.decisions[:index]]
        self._write("counterfactual", agent=self.decisions[index].agent, kind=kind, group=f"{kind}/{act}", of=act,
                    context=str(int(_digest(repr((self.ep.task.name, prefix)))[:16], 16)),
                    frozen={agent: f"pi_{agent}@1" for agent in AGENTS}, candidates=candidates, **more)

    def _group(self, index: int) -> None:
        """A replay group over all options of a decision, with an arm drawn anew."""
        event = self.decisions[index]
        candidates = []
        for j, option in enumerate(event.policy):
            played = [self._replay(index, option, seed) for seed in self._seeds(index, GROUP_REPLAYS)]
            candidates.append({
                "j": j, "action": option, "returns": [run.score for run in played], "prob": event.policy[option],
                "next": [self._reaction(run, index) for run in played],
            } | ({"real": True} if option == event.chosen else {}))
        anew = [self._replay(index, None, f"{seed}/anew").score for seed in self._seeds(index, GROUP_REPLAYS)]
        candidates.append({"j": len(candidates), "action": "(drawn anew)", "extra": True, "returns": anew})
        self._evaluation(index, "replay", candidates, prefix={"decisions": index},
                         decoding={"seeds": f"{self.ids[index]}/0..{GROUP_REPLAYS - 1}"})

    def _reaction(self, run: Outcome, index: int) -> str:
        """What was decided next in a replay."""
        later = run.decisions[index + 1:]
        return f"{later[0].agent}: {later[0].chosen}" if later else "submitted"

    def _null_actions(self) -> None:
        """The value of the default in place of each decision, and the difference rewards declared from them."""
        items = []
        for index, event in enumerate(self.decisions):
            default = DEFAULTS[event.stage]
            seeds = self._seeds(index, NULL_REPLAYS)
            returns = {option: [self._replay(index, option, seed).score for seed in seeds]
                       for option in dict.fromkeys((event.chosen, default))}
            self._evaluation(index, "null_action", [
                {"j": j, "action": option, "prob": event.policy[option], **summary(got)}
                | ({"real": True} if option == event.chosen else {})
                for j, (option, got) in enumerate(returns.items())
            ])
            items.append({"of": self.ids[index], "agent": event.agent, "baseline": tidy(mean(returns[default])),
                          "value": tidy(mean(returns[event.chosen]) - mean(returns[default])), "n": NULL_REPLAYS})
        self._write("credit", id="credit-difference", algorithm="difference_rewards", reward="reward",
                    params={"baseline": "null_action", "replays": NULL_REPLAYS}, items=items)

    def _coalition_returns(self) -> dict[tuple[str, ...], list[float]]:
        """Returns of every coalition: the absent ones' steps are skipped or take the default."""
        return {group: [self._coalition_return(group, k) for k in range(COALITION_REPLAYS)]
                for group in coalitions(AGENTS)}

    def _coalition_return(self, group: tuple[str, ...], number: int) -> float:
        rng = random.Random(f"{self.ep.name}/{'+'.join(group)}/{number}")
        return play(self.ep.task, Chooser(rng, present=group)).score

    def _coalitions(self) -> None:
        """The coalition values and the Shapley values declared from them."""
        returns = self._coalition_returns()
        self._write("counterfactual", kind="coalition", group="coalitions", absence="null",
                    coalitions=[{"agents": group, "returns": got} for group, got in returns.items()])
        value: dict[Coalition, float] = {frozenset(group): mean(got) for group, got in returns.items()}
        error = {frozenset(group): spread(got) / math.sqrt(len(got)) for group, got in returns.items()}
        shares, errors = shapley(AGENTS, value), shapley_error(AGENTS, error)
        self._write("credit", id="credit-shapley", algorithm="shapley_values", reward="reward",
                    params={"exact": True, "counterfactual": "coalitions", "absence": "null",
                            "grand_coalition": tidy(value[frozenset(AGENTS)]),
                            "empty_coalition": tidy(value[frozenset()])},
                    items=[{"agent": agent, "value": tidy(shares[agent]), "std": tidy(errors[agent]),
                            "n": COALITION_REPLAYS} for agent in AGENTS])

    def _review(self) -> None:
        """Credit without its data: leave-one-out values, and a reviewer's labels of the acts."""
        value = {group: mean(got) for group, got in self._coalition_returns().items()}
        lost = {agent: tidy(value[AGENTS] - value[tuple(other for other in AGENTS if other != agent)])
                for agent in AGENTS}
        self._write("credit", id="credit-removal", algorithm="leave_one_out", reward="reward", agents=lost,
                    params={"absence": "null", "replays": COALITION_REPLAYS})
        failing = self.ep.task.failures(self.outcome.program, self.ep.task.hidden)
        fault = self._fault(failing[0].case.about)["act"] if failing else None
        self._write("credit", id="credit-labels", algorithm="review_labels", reward="reward", units="label",
                    confidence=0.9, params={"source": "rule: who let the failing requirement go"},
                    items=[{"of": act, "agent": event.agent, "value": -1.0 if act == fault else 0.0,
                            "label": "error" if act == fault else "ok",
                            **({"reason": f"hidden test failed: {failing[0].said}"} if act == fault else {})}
                           for act, event in zip(self.ids.values(), self.decisions)])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


EPISODES = [
    Episode("merge-repaired", MERGE, 23, EPOCH, nulls=True, coalitions=True),
    Episode("duration-forgotten", DURATION, 27, EPOCH + 60, groups=True),
    Episode("merge-underspecified", MERGE, 12, EPOCH + 120, groups=True, coalitions=True),
    Episode("duration-loop", DURATION, 23, EPOCH + 180),
    Episode("rotate-weak-test", ROTATE, 6, EPOCH + 240, review=True),
]


def main() -> None:
    """Records the file."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    path = out / "dev-team.jsonl"
    out.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with CreditLog(path, "dev-team/1", writer={"host": "worker-0", "pid": 1000, "rank": 0}, ts=EPOCH - 1.0,
                   env="python-tasks", algorithm="scripted+execution", gamma=1.0,
                   reward_unit="share of hidden tests passed") as log:
        for episode in EPISODES:
            recorder = Recorder(log.write, episode)
            score = recorder.record()
            print(f"{path.name}: {episode.name} scores {score}:",
                  ", ".join(event.chosen or f"{len(event.failures)} failed" for event in recorder.outcome.events))


if __name__ == "__main__":
    main()
