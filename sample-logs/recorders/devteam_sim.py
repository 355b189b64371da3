"""The scripted development team: planner, coder and tester choose by seeded probabilities, their code really runs.

The planner writes a specification from the requirements (and may drop one), the coder a program from the
specification (and may forget one), the tester tests from the specification. Failed tests go back to the coder, until
they pass or the rounds are used up. The reward is the share of hidden tests that the last program passes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from devtasks import BASIC, Case, Failure, Task

AGENTS = ("planner", "coder", "tester")
ROUNDS = 3
DEFAULTS = {"plan": "title only", "code": "stub", "tests": "none", "repair": "resubmit"}

Policy = dict[str, float]
Program = frozenset[str] | None


@dataclass(frozen=True)
class Event:
    """One thing that happened: a decision (with its policy), or a run of the tests (without)."""

    stage: str
    agent: str
    round: int
    text: str
    chosen: str = ""
    policy: Policy = field(default_factory=dict)
    program: Program = None
    cases: tuple[Case, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass
class Chooser:
    """Makes the team's decisions: forced ones first, then drawn; absent agents take the default."""

    rng: random.Random
    forced: Sequence[str] = ()
    present: Sequence[str] = AGENTS
    made: int = 0

    def __call__(self, stage: str, agent: str, policy: Policy) -> str:
        """The option taken."""
        if agent not in self.present:
            return DEFAULTS[stage]
        self.made += 1
        if self.made <= len(self.forced):
            return self.forced[self.made - 1]
        return self.rng.choices(list(policy), list(policy.values()))[0]


@dataclass(frozen=True)
class Outcome:
    """All events of an episode and what it earned."""

    events: tuple[Event, ...]
    program: Program
    score: float
    passed_own_tests: bool

    @property
    def decisions(self) -> list[Event]:
        """The events that were choices."""
        return [event for event in self.events if event.policy]


def play(task: Task, chooser: Chooser) -> Outcome:
    """Plays one episode."""
    team = Team(task, chooser)
    events = tuple(team.work())
    return Outcome(events, team.program, task.score(team.program), not team.failures)


class Team:
    """The state of one episode."""

    def __init__(self, task: Task, chooser: Chooser) -> None:
        self.task = task
        self.choose = chooser
        self.spec: frozenset[str] = frozenset()
        self.program: Program = None
        self.cases: tuple[Case, ...] = ()
        self.failures: tuple[Failure, ...] = ()

    def work(self) -> Iterator[Event]:
        """The events of the episode, in order."""
        yield self._plan()
        yield self._code()
        yield self._tests()
        for turn in range(1, ROUNDS + 1):
            if self.cases:
                yield self._run(turn)
            if not self.failures or turn == ROUNDS:
                return
            yield self._repair(turn)

    def _plan(self) -> Event:
        needs = list(self.task.requirements)
        policy = _completed("complete", _slips(needs, 0.4) | {"title only": 0.05})
        chosen = self.choose("plan", "planner", policy)
        self.spec = frozenset() if chosen == "title only" else _without(needs, chosen)
        wording = [f"{n}) {self.task.requirements[need].wording}" for n, need in enumerate(self._specified(), 1)]
        return Event("plan", "planner", 0, "; ".join([self.task.title, *wording]), chosen, policy)

    def _code(self) -> Event:
        needs = self._specified()
        policy = _completed("faithful", _slips(needs, 0.35) | {"stub": 0.05})
        chosen = self.choose("code", "coder", policy)
        self.program = None if chosen == "stub" else _without(needs, chosen)
        return Event("code", "coder", 0, self.task.program(self.program), chosen, policy, self.program)

    def _tests(self) -> Event:
        policy = {"thorough": 0.6, "smoke": 0.3, "none": 0.1}
        chosen = self.choose("tests", "tester", policy)
        wanted = {"thorough": {BASIC, *self.spec}, "smoke": {BASIC}, "none": set()}[chosen]
        self.cases = tuple(case for case in self.task.visible if case.about in wanted)
        text = "\n".join(case.shown(self.task.name) for case in self.cases) or "no tests"
        return Event("tests", "tester", 0, text, chosen, policy, cases=self.cases)

    def _run(self, turn: int) -> Event:
        self.failures = tuple(self.task.failures(self.program, self.cases))
        said = [f"{failure.case.shown(self.task.name)}: {failure.said}" for failure in self.failures]
        text = "; ".join([f"{len(self.cases) - len(said)} of {len(self.cases)} passed", *said])
        return Event("run", "tester", turn, text, program=self.program, cases=self.cases, failures=self.failures)

    def _repair(self, turn: int) -> Event:
        policy = {"fix": 0.55, "wrong fix": 0.25, "resubmit": 0.2}
        chosen = self.choose("repair", "coder", policy)
        self.program = self._repaired(chosen)
        return Event("repair", "coder", turn, self.task.program(self.program), chosen, policy, self.program)

    def _repaired(self, chosen: str) -> Program:
        """The program after a repair: a wrong fix breaks the first requirement that still held."""
        if chosen == "resubmit":
            return self.program
        if self.program is None:
            return self.spec if chosen == "fix" else frozenset()
        if chosen == "fix":
            return self.program | {self.failures[0].case.about} - {BASIC}
        held = [need for need in self.task.requirements if need in self.program]
        return self.program - set(held[:1])

    def _specified(self) -> list[str]:
        """The specified requirements, in the task's order."""
        return [need for need in self.task.requirements if need in self.spec]


def _without(needs: Sequence[str], option: str) -> frozenset[str]:
    """All of the needs but the one that the option leaves out."""
    return frozenset(need for need in needs if option != f"without {need}")


def _slips(needs: Sequence[str], share: float) -> Policy:
    """An option for leaving out each of the needs, all equally likely."""
    return {f"without {need}": round(share / len(needs), 3) for need in needs}


def _completed(option: str, others: Policy) -> Policy:
    """Gives the probability that the others leave to the option."""
    return {option: round(1.0 - sum(others.values()), 3)} | others
