"""Records episodes whose true credit is known: `python truth.py [OUTPUT_DIRECTORY]`.

Each is a small game with a rule that turns the choices of its acts into the reward. Every value in the logs comes
from playing that rule: the return, the value of each option with everything else as it was, and the value of every
coalition, in which absent agents take their default options.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import fsum
from pathlib import Path
from typing import Any

from credit_math import Coalition, coalitions, shapley
from creditlog import CreditLog

EPOCH = 1767240000.0
SECONDS_PER_STEP = 1.0
DRAWS = 8

Choices = Mapping[str, str]


@dataclass(frozen=True)
class Act:
    """A decision: its options (the default one first), the one taken, and what is said about it to whom."""

    name: str
    agent: str
    step: int
    options: tuple[str, ...]
    taken: str
    parents: tuple[str, ...] = ()
    says: tuple[tuple[tuple[str, ...], str], ...] = ()


@dataclass(frozen=True)
class Game:
    """A team, its decisions in order, and the rule."""

    name: str
    task: str
    agents: tuple[str, ...]
    acts: tuple[Act, ...]
    rule: Callable[[Choices], float]
    gamma: float = 1.0
    replayed: tuple[str, ...] = field(default=())

    def taken(self) -> dict[str, str]:
        """What really happened."""
        return {act.name: act.taken for act in self.acts}

    def play(self, choices: Choices) -> float:
        """The reward of these choices."""
        return self.rule(choices)

    def without(self, present: Coalition) -> dict[str, str]:
        """What happens when only these agents are there."""
        return {act.name: act.taken if act.agent in present else act.options[0] for act in self.acts}


def any_reports(choices: Choices) -> float:
    """One report is enough."""
    return float("report" in choices.values())


def odd(choices: Choices) -> float:
    """The lamp is lit while an odd number of switches is on."""
    return float(list(choices.values()).count("flip") % 2)


def all_turn(choices: Choices) -> float:
    """The vault opens when every key is turned."""
    return float(set(choices.values()) == {"turn"})


def parts(worth: Mapping[tuple[str, str], float]) -> Callable[[Choices], float]:
    """A rule that adds up what single choices are worth."""
    return lambda choices: fsum(value for (act, option), value in worth.items() if choices[act] == option)


def looked_up(choices: Choices) -> float:
    """The answer is written and at least one look-up found the fact."""
    found = "search" in (choices["copy-1-search"], choices["copy-2-search"])
    return float(choices["writer-write"] == "write" and found)


def right_box(choices: Choices) -> float:
    """The belt carries the box whatever its attendant does: only the pick matters."""
    return float(choices["scout-pick"] == "left box")


def together(agents: tuple[str, ...], verb: str, default: str) -> tuple[Act, ...]:
    """One act each, all at once."""
    return tuple(Act(f"{agent}-{verb}", agent, 0, (default, verb), verb) for agent in agents)


SENTRIES = ("north", "east", "south")
WORKERS = ("worker", "helper", "idler")
CREW = ("worker", "helper", "saboteur")

GAMES = (
    Game("or", "report the intruder: one report is enough", SENTRIES, together(SENTRIES, "report", "silent"), any_reports),
    Game("xor", "light the lamp: two switches on one line", ("left", "right"), together(("left", "right"), "flip", "leave"), odd),
    Game("and", "open the vault: three keys", ("first", "second", "third"), (
        Act("first-turn", "first", 0, ("hold", "turn"), "turn", (), ((("second",), "mine is turned"),)),
        Act("second-turn", "second", 1, ("hold", "turn"), "turn", ("first-turn-said-1",), ((("third",), "two are turned"),)),
        Act("third-turn", "third", 2, ("hold", "turn"), "turn", ("second-turn-said-1",)),
    ), all_turn),
    Game("lazy", "make the part: mill it, drill it, paint it", WORKERS, (
        Act("idler-nod", "idler", 0, ("sleep", "nod"), "nod", (), (
            (("worker",), "great plan"), (("helper",), "great plan"), (("worker", "helper"), "go on"), (("worker",), "nice"))),
        Act("worker-mill", "worker", 1, ("rest", "mill"), "mill", ("idler-nod-said-1",)),
        Act("worker-drill", "worker", 2, ("rest", "drill"), "drill", ("worker-mill", "idler-nod-said-4")),
        Act("helper-paint", "helper", 3, ("rest", "paint"), "paint", ("worker-drill", "idler-nod-said-3")),
    ), parts({("worker-mill", "mill"): 0.25, ("worker-drill", "drill"): 0.375, ("helper-paint", "paint"): 0.375})),
    Game("saboteur", "make the part: mill it and paint it", CREW, (
        Act("worker-mill", "worker", 0, ("rest", "mill"), "mill", (), ((("helper",), "milled"),)),
        Act("helper-paint", "helper", 1, ("rest", "paint"), "paint", ("worker-mill-said-1",), ((("saboteur",), "painted"),)),
        Act("saboteur-check", "saboteur", 2, ("wait", "scratch"), "scratch", ("helper-paint-said-1",), ((("worker", "helper"), "checked"),)),
        Act("saboteur-pack", "saboteur", 3, ("wait", "pack"), "pack", ("saboteur-check",)),
    ), parts({("worker-mill", "mill"): 0.625, ("helper-paint", "paint"): 0.375, ("saboteur-check", "scratch"): -0.5})),
    Game("redundancy", "answer the question: look it up and write it down", ("copy-1", "copy-2", "writer"), (
        Act("copy-1-search", "copy-1", 0, ("skip", "search"), "search", (), ((("writer",), "the fact"),)),
        Act("copy-2-search", "copy-2", 0, ("skip", "search"), "search", (), ((("writer",), "the fact"),)),
        Act("writer-write", "writer", 1, ("skip", "write"), "write", ("copy-1-search-said-1", "copy-2-search-said-1")),
    ), looked_up),
    Game("delayed", "fetch the box with the key: a belt brings it back", ("scout", "carrier"), (
        Act("scout-pick", "scout", 0, ("right box", "middle box", "left box"), "left box", (), ((("carrier",), "it is on the belt"),)),
        Act("carrier-walk-1", "carrier", 1, ("stand", "walk"), "walk", ("scout-pick-said-1",)),
        *(Act(f"carrier-walk-{step}", "carrier", step, ("stand", "walk"), "walk", (f"carrier-walk-{step - 1}",)) for step in range(2, 6)),
    ), right_box, gamma=0.5, replayed=("scout-pick", "carrier-walk-5")),
)


class Recorder:
    """Writes one game as a log."""

    def __init__(self, folder: Path, game: Game) -> None:
        path = folder / f"truth-{game.name}.jsonl"
        path.unlink(missing_ok=True)
        self.game = game
        self.episode = f"truth-{game.name}"
        self.now = EPOCH
        self.log = CreditLog(path, f"truth/{game.name}", writer={"host": "worker-0", "pid": 1000, "rank": 0},
                             clock=lambda: self.now, env="known-games", algorithm="exact", gamma=game.gamma, reward_unit="goal")

    def record(self) -> float:
        """Writes everything and returns the reward."""
        game, taken = self.game, self.game.taken()
        total = game.play(taken)
        self._write("episode_start", agents=[{"id": agent, "policy": f"pi_{agent}@1"} for agent in game.agents], task=game.task,
                    group=game.name, seed=0)
        self._write("state", id="state-start", step=0, scope="collective", state={"env": {"acts": len(game.acts)}, "agents": {}})
        for act in game.acts:
            self._act(act)
        last = game.acts[-1]
        self.now = EPOCH + SECONDS_PER_STEP * (last.step + 1)
        self._write("reward", id="reward", step=last.step, value=total, source="environment", of=self._sinks())
        self._write("episode_end", status="success" if total == 1.0 else "failure",
                    reason="goal_achieved" if total == 1.0 else "goal_missed", steps=last.step + 1, **{"return": total})
        for act in game.acts:
            self._options(act, total)
        for act in game.acts:
            if act.name in game.replayed:
                self._replays(act)
        self._coalitions()
        self.log.close()
        return total

    def _write(self, record_type: str, **fields: Any) -> None:
        self.log.write(record_type, self.episode, **fields)

    def _act(self, act: Act) -> None:
        self.now = EPOCH + SECONDS_PER_STEP * act.step
        even = 1.0 / len(act.options)
        self._write("action", id=act.name, agent=act.agent, step=act.step, parents=list(act.parents), kind="choice", dur=0.1,
                    action=act.taken, default=act.options[0],
                    policy={"id": f"pi_{act.agent}@1", "chosen": act.taken, "probs": {option: even for option in act.options}})
        for index, (to, text) in enumerate(act.says, 1):
            self.now = EPOCH + SECONDS_PER_STEP * act.step + 0.1 + 0.1 * index
            self._write("message", id=f"{act.name}-said-{index}", step=act.step, parents=[act.name], **{"from": act.agent},
                        to=list(to), recv_ts=round(self.now + 0.05, 3), content=text)

    def _sinks(self) -> list[str]:
        """The acts that nothing comes of: those the reward is for."""
        parents = {parent for act in self.game.acts for parent in act.parents}
        ends = [act.name for act in self.game.acts if act.name not in parents and not act.says]
        return ends or [act.name for act in self.game.acts]

    def _option(self, act: Act, option: str) -> float:
        return self.game.play({**self.game.taken(), act.name: option})

    def _rows(self, act: Act) -> list[dict[str, Any]]:
        even = 1.0 / len(act.options)
        rows = []
        for j, option in enumerate(act.options):
            row = {"j": j, "action": option, "prob": even, "returns": [self._option(act, option)]}
            rows.append(row | ({"real": True} if option == act.taken else {}))
        return rows

    def _options(self, act: Act, total: float) -> None:
        rows = self._rows(act)
        assert [row["returns"] for row in rows if "real" in row] == [[total]]
        self._write("counterfactual", agent=act.agent, kind="default_action", group=f"options/{act.name}", of=act.name,
                    candidates=rows)

    def _replays(self, act: Act) -> None:
        """The options again as a replay group, with an arm that draws the choice anew."""
        draw = random.Random(f"{self.episode}/{act.name}")
        drawn = [self._option(act, draw.choice(act.options)) for _ in range(DRAWS)]
        rows = self._rows(act)
        self._write("counterfactual", agent=act.agent, kind="replay", group=f"replays/{act.name}", of=act.name,
                    candidates=[*rows, {"j": len(rows), "action": "drawn anew", "returns": drawn, "extra": True}])

    def _coalitions(self) -> None:
        game = self.game
        value = {frozenset(group): game.play(game.without(frozenset(group))) for group in coalitions(game.agents)}
        self._write("counterfactual", kind="coalition", group="coalitions", absence="null", coalitions=[
            {"agents": list(group), "value": value[frozenset(group)]} for group in coalitions(game.agents)])
        taken = game.play(game.taken())
        self._write("credit", id="credit-difference", algorithm="difference_rewards", reward="reward",
                    params={"baseline": "default_action"},
                    items=[{"of": act.name, "agent": act.agent, "value": taken - self._option(act, act.options[0])}
                           for act in game.acts])
        self._write("credit", id="credit-shapley", algorithm="shapley_values", reward="reward",
                    params={"exact": True, "counterfactual": "coalitions", "absence": "null"},
                    items=[{"agent": agent, "value": share} for agent, share in shapley(game.agents, value).items()])


def main() -> None:
    """Records all games."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    for game in GAMES:
        print(f"truth-{game.name}.jsonl: reward {Recorder(folder, game).record()}")


if __name__ == "__main__":
    main()
