"""The foraging team: the real `lbforaging` environment, scripted stochastic policies, radio calls, and replays.

Four agents share a grid with three foods. A food is lifted when agents beside it load in the same step and their
levels add up to its level. Scout and porter carry the map and a radio; lifter and runner see two cells far and go
where the last call sent them. The porter and the scout head for what the scout called last. All policies are softmax
choices over scripted preferences, so every choice has a real probability, and every number in the logs comes from
playing this simulation on from a saved state.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from lbforaging.foraging.environment import Action, ForagingEnv

AGENTS = ("scout", "lifter", "porter", "runner")
TEAMS = {"scout": "guides", "porter": "guides", "lifter": "hands", "runner": "hands"}
LEVELS = {"scout": 1, "lifter": 2, "porter": 1, "runner": 1}
LISTENERS = {"scout": ("lifter", "porter", "runner"), "porter": ("lifter", "runner")}
RADIO_SLOTS = {"scout": (0,), "porter": (1, 3)}
RADIO_PERIOD = 4
FOOD_LEVELS = {"plum": 2, "melon": 3, "gourd": 3}
SIDE = 8
SIGHT = 2
HORIZON = 18
SILENT = "silent"
IDLE = "none"
LOAD = "load"
MOVES = {"north": (-1, 0), "south": (1, 0), "west": (0, -1), "east": (0, 1)}
BETA = 2.0
GRAIN = 1000

Cell = tuple[int, int]
Policy = dict[str, float]


class Arena(ForagingEnv):  # type: ignore[misc]
    """The foraging environment without its observation vectors: the scripted policies read the state itself."""

    def __init__(self) -> None:
        levels = [LEVELS[agent] for agent in AGENTS]
        foods = list(FOOD_LEVELS.values())
        super().__init__(
            players=len(AGENTS), min_player_level=levels, max_player_level=levels,
            min_food_level=foods, max_food_level=foods, field_size=(SIDE, SIDE), max_num_food=len(foods),
            sight=SIDE, max_episode_steps=HORIZON, force_coop=False,
        )

    def _make_gym_obs(self) -> tuple[()]:
        return ()


@dataclass(frozen=True)
class Belief:
    """What an agent was told to go for, and the record that told it (its own call, for the scout)."""

    target: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Snapshot:
    """Everything that the future depends on."""

    field: np.ndarray
    cells: tuple[Cell, ...]
    step: int
    earned: float
    beliefs: tuple[Belief, ...]

    def cell(self, agent: str) -> Cell:
        """Where the agent stood."""
        return self.cells[AGENTS.index(agent)]

    def told(self, agent: str) -> str | None:
        """What the agent had been told to go for."""
        return self.beliefs[AGENTS.index(agent)].target


class World:
    """One foraging episode that can be saved, restored and played on."""

    def __init__(self, seed: int, saboteur: str | None = None) -> None:
        """Lays out the grid by the environment's own `seed`; the `saboteur` calls to mislead."""
        self.env = Arena()
        self.env.reset(seed=seed)
        self.saboteur = saboteur
        self.foods = _name_foods(self.env.field)
        self.earned = 0.0
        self.beliefs = {agent: Belief() for agent in AGENTS}

    @property
    def step_index(self) -> int:
        """Steps taken so far."""
        return int(self.env.current_step)

    @property
    def over(self) -> bool:
        """All food lifted, or out of steps."""
        return bool(self.env.game_over)

    @property
    def levels(self) -> dict[str, int]:
        """Each agent's level as the environment spawned it."""
        return {agent: int(player.level) for agent, player in zip(AGENTS, self.env.players)}

    def cell(self, agent: str) -> Cell:
        """Where the agent stands, as (row, column)."""
        row, col = self.env.players[AGENTS.index(agent)].position
        return int(row), int(col)

    def present(self, food: str) -> bool:
        """Whether the food still lies on the grid."""
        return bool(self.env.field[self.foods[food]])

    def lying(self) -> tuple[Cell, ...]:
        """The cells where food still lies."""
        return tuple(cell for food, cell in self.foods.items() if self.present(food))

    def save(self) -> Snapshot:
        """The present state, to come back to."""
        return Snapshot(self.env.field.copy(), tuple(self.cell(agent) for agent in AGENTS), self.step_index,
                        self.earned, tuple(self.beliefs[agent] for agent in AGENTS))

    def restore(self, snap: Snapshot) -> None:
        """Goes back to a saved state."""
        self.env.field = snap.field.copy()
        for player, cell in zip(self.env.players, snap.cells):
            player.position = cell
        self.env.current_step = snap.step
        self.env._game_over = snap.step >= HORIZON or not snap.field.any()
        self.env._gen_valid_moves()
        self.earned = snap.earned
        self.beliefs = dict(zip(AGENTS, snap.beliefs))

    def speakers(self) -> list[str]:
        """Whose radio slot this step is."""
        return [agent for agent, slots in RADIO_SLOTS.items() if self.step_index % RADIO_PERIOD in slots]

    def call_policy(self, agent: str) -> Policy:
        """Probabilities over what the agent may call: one of the foods, or nothing."""
        prefer = self._misleading if agent == self.saboteur else self._helpful
        return softmax({food: prefer(food) for food in self.foods} | {SILENT: 0.0})

    def call(self, agent: str, choice: str, act: str | None = None, message: str | None = None) -> None:
        """Sends the call: its listeners (and the scout itself) now head for that food."""
        if choice == SILENT:
            return
        for listener in LISTENERS[agent]:
            self.beliefs[listener] = Belief(choice, message)
        if agent == "scout":
            self.beliefs[agent] = Belief(choice, act)

    def obeys(self, agent: str) -> bool:
        """Whether the agent follows what it was told: until it sees that the food is gone."""
        told = self.beliefs[agent].target
        return told is not None and (self.present(told) or not self._sees(agent, self.foods[told]))

    def target(self, agent: str) -> str | None:
        """The food the agent is after now: as told, else the nearest it knows of."""
        if self.obeys(agent):
            return self.beliefs[agent].target
        known = [food for food in self.foods if self.present(food) and self._sees(agent, self.foods[food])]
        return min(known, key=lambda food: (gap(self.cell(agent), self.foods[food]), food), default=None)

    def move_policy(self, agent: str) -> Policy:
        """Probabilities over the agent's valid environment actions."""
        player = self.env.players[AGENTS.index(agent)]
        valid = [action.name.lower() for action in self.env._valid_actions[player]]
        food = self.target(agent)
        if food is None:
            return softmax({name: 0.0 if name in MOVES else -1.0 for name in valid})
        steps = _paths(self.lying(), self.foods[food])
        here = self.cell(agent)
        others = {self.cell(other) for other in AGENTS if other != agent}
        return softmax({name: _preference(name, here, steps, others) for name in valid})

    def act(self, joint: Mapping[str, str]) -> dict[str, float]:
        """Takes one environment step; returns each agent's reward."""
        codes = [Action[joint[agent].upper()].value for agent in AGENTS]
        _, rewards, _, _, _ = self.env.step(codes)
        self.earned += sum(rewards)
        return dict(zip(AGENTS, (float(reward) for reward in rewards)))

    def _sees(self, agent: str, cell: Cell) -> bool:
        row, col = self.cell(agent)
        return agent in RADIO_SLOTS or max(abs(row - cell[0]), abs(col - cell[1])) <= SIGHT

    def _crowd(self, food: str) -> float:
        """Mean distance of the two who cannot see far to the food."""
        return sum(gap(self.cell(agent), self.foods[food]) for agent in ("lifter", "runner")) / 2

    def _helpful(self, food: str) -> float:
        """Keep the team on one food until it is lifted, then the one nearest to the hands."""
        if not self.present(food):
            return -2.5
        agreed = self.beliefs["scout"].target
        if agreed and self.present(agreed):
            return 1.5 if food == agreed else -1.5
        return 2.0 - 0.25 * self._crowd(food)

    def _misleading(self, food: str) -> float:
        """Call the hands to whatever is far from where they are needed now."""
        agreed = self.beliefs["scout"].target
        return -1.0 if food == agreed else 0.2 * self._crowd(food) - 0.3


def choose(policy: Policy, rng: random.Random) -> str:
    """Draws one option."""
    left = rng.random()
    for option, prob in policy.items():
        left -= prob
        if left < 0:
            return option
    return next(reversed(policy))


def softmax(scores: Mapping[str, float]) -> Policy:
    """Softmax rounded to a grain of 1/1000, so that the logged probabilities are exactly the ones sampled."""
    top = max(scores.values())
    raw = {option: math.exp(BETA * (score - top)) for option, score in scores.items()}
    total = sum(raw.values())
    grains = {option: max(1, round(GRAIN * weight / total)) for option, weight in raw.items()}
    grains[max(grains, key=lambda option: grains[option])] += GRAIN - sum(grains.values())
    return {option: count / GRAIN for option, count in grains.items()}


def gap(a: Cell, b: Cell) -> int:
    """Steps between two cells on an empty grid."""
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def play_step(world: World, rng: random.Random, present: Sequence[str] = AGENTS, radio: bool = True) -> dict[str, str]:
    """Plays one step by the policies; absent agents idle and send nothing. Returns the joint action."""
    for agent in world.speakers() if radio else ():
        if agent in present:
            world.call(agent, choose(world.call_policy(agent), rng))
    joint = {agent: choose(world.move_policy(agent), rng) if agent in present else IDLE for agent in AGENTS}
    world.act(joint)
    return joint


def play_out(world: World, rng: random.Random, present: Sequence[str] = AGENTS, radio: bool = True) -> float:
    """Plays to the end (`radio`: the calls of this step are still open) and returns the episode's return."""
    while not world.over:
        play_step(world, rng, present, radio)
        radio = True
    return world.earned


def _preference(name: str, here: Cell, steps: Mapping[Cell, int], others: set[Cell]) -> float:
    """How much an action serves to get beside the target and lift it."""
    if name == LOAD:
        return 1.5 if steps[here] == 0 else -steps[here] - 1.0
    if name == IDLE:
        return -steps[here] - 0.3
    cell = (here[0] + MOVES[name][0], here[1] + MOVES[name][1])
    return -steps[cell] - (1.5 if cell in others else 0.0)


@lru_cache(maxsize=4096)
def _paths(blocked: tuple[Cell, ...], food: Cell) -> dict[Cell, int]:
    """Steps from every cell to the nearest free cell beside the food."""
    frontier = [cell for cell in _beside(food) if cell not in blocked]
    steps = {cell: 0 for cell in frontier}
    for cell in frontier:
        for near in _beside(cell):
            if near not in steps and near not in blocked:
                steps[near] = steps[cell] + 1
                frontier.append(near)
    return steps


def _beside(cell: Cell) -> list[Cell]:
    """The neighbours of a cell on the grid."""
    around = ((cell[0] + down, cell[1] + right) for down, right in MOVES.values())
    return [(row, col) for row, col in around if 0 <= row < SIDE and 0 <= col < SIDE]


def _name_foods(field: np.ndarray) -> dict[str, Cell]:
    """Names the spawned foods by level, those of equal level in reading order."""
    cells = [(int(row), int(col)) for row, col in zip(*np.nonzero(field))]
    foods = {}
    for name, level in FOOD_LEVELS.items():
        cell = next(cell for cell in cells if field[cell] == level)
        cells.remove(cell)
        foods[name] = cell
    return foods
