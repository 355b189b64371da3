"""Records a training run in which one of three agents goes lazy: sample-logs/runs/forage-lazy.jsonl.gz.

The environment is Level-Based Foraging (`lbforaging`, 6x6, three foods of level 1, 12 steps). Three independent actor-critics learn from
their own rewards: a softmax over six actions and a value for each of a few dozen local situations, by the temporal difference
(gamma 0.9); four episodes between two that are recorded are for learning alone. From episode LAZY on, bee stands still in 19 of 20 steps and learns no more; the others go on learning.

Each episode is played once by every team of the three from the same seed, with the same random numbers: who is not of the team
stands still. These returns are logged as coalitions, so that the credit of each agent is the exact Shapley value of the episode.
All randomness is seeded: a second recording gives the same bytes.
"""

import gzip
import io
import json
import pathlib
import sys
import warnings

import numpy as np
from lbforaging.foraging import ForagingEnv

SEED = 7
EPISODES = 600
LAZY = 450
STEPS = 12
BETWEEN = 4
AGENTS = ["ant", "bee", "cat"]
ACTIONS = ["stay", "north", "south", "west", "east", "load"]
TEAMS = [[i for i in range(3) if mask >> i & 1] for mask in range(8)]


def situation(env, player):
    """Where the nearest food is, whether it is beside, and whether another agent is beside it too."""
    row, column = env.players[player].position
    foods = np.argwhere(env.field > 0)
    if len(foods) == 0:
        return 0
    apart = np.abs(foods - [row, column]).sum(axis=1)
    food = foods[apart.argmin()]
    down, right = np.sign(food - [row, column]) + 1
    beside = apart.min() == 1
    others = [it.position for at, it in enumerate(env.players) if at != player]
    helped = any(np.abs(food - np.array(it)).sum() == 1 for it in others)
    return 1 + int(down * 3 + right) + 9 * (int(beside) + 2 * int(helped))


class Learner:
    def __init__(self):
        self.logits = np.zeros((37, 6))
        self.values = np.zeros(37)

    def chances(self, state):
        e = np.exp(self.logits[state] - self.logits[state].max())
        return e / e.sum()

    def learn(self, state, action, reward, following):
        error = reward + (0.9 * self.values[following] if following is not None else 0.0) - self.values[state]
        self.values[state] += 0.1 * error
        step = -self.chances(state)
        step[action] += 1.0
        self.logits[state] += 0.5 * error * step


def play(env, seed, learners, draws, team, lazy, learn):
    """One episode: its return, and its acts if the learners learn from it."""
    env.reset(seed=seed)
    total, acts = 0.0, []
    for step in range(STEPS):
        states = [situation(env, it) for it in range(3)]
        chosen = []
        for it in range(3):
            action = int((np.cumsum(learners[it].chances(states[it])) < draws[step, it, 0]).sum())
            if it not in team or (it in lazy and draws[step, it, 1] < 0.95):
                action = 0
            chosen.append(min(action, 5))
        _, rewards, done, cut, _ = env.step(chosen)
        total += float(sum(rewards))
        acts.append((step, chosen))
        over = bool(np.all(done)) or bool(np.all(cut))
        if learn:
            for it in (it for it in range(3) if it not in lazy):
                following = None if over else situation(env, it)
                learners[it].learn(states[it], chosen[it], float(rewards[it]), following)
        if over:
            break
    return total, acts


def record(seed=SEED, episodes=EPISODES, lazy_from=LAZY):
    """The lines of a run."""
    warnings.simplefilter("ignore")
    env = ForagingEnv(
        players=3, min_player_level=1, max_player_level=1, min_food_level=1, max_food_level=1, field_size=(6, 6),
        max_num_food=3, sight=6, max_episode_steps=STEPS, force_coop=False, normalize_reward=True,
    )
    learners = [Learner() for _ in AGENTS]
    yield {"type": "run", "credit_log": 1, "run": f"forage-lazy-{seed}", "env": "lbforaging 6x6, 3 foods, 12 steps",
           "algorithm": "independent actor-critic", "bounds": [0, 1]}
    for episode in range(episodes):
        name = f"ep-{episode:03d}"
        draws = np.random.default_rng([seed, episode]).random((STEPS, 3, 2))
        lazy = [1] if episode >= lazy_from else []
        world = seed * 100_000 + episode
        for between in range(BETWEEN):
            more = np.random.default_rng([seed, episode, between]).random((STEPS, 3, 2))
            play(env, seed * 1_000_000 + episode * BETWEEN + between, learners, more, TEAMS[-1], lazy, True)
        # First without learning: every team meets the same learners.
        values = [play(env, world, learners, draws, team, lazy, False)[0] for team in TEAMS]
        total, acts = play(env, world, learners, draws, TEAMS[-1], lazy, True)
        yield {"type": "episode_start", "episode": name, "agents": AGENTS, "task": "forage", "seed": world}
        for step, chosen in acts:
            for agent, action in zip(AGENTS, chosen):
                if action != 0:
                    yield {"type": "action", "episode": name, "agent": agent, "step": step, "action": ACTIONS[action]}
        coalitions = [{"agents": [AGENTS[it] for it in team], "value": round(value, 6)} for team, value in zip(TEAMS, values)]
        coalitions[-1]["value"] = round(total, 6)
        yield {"type": "counterfactual", "episode": name, "kind": "coalition", "absence": "stands still", "coalitions": coalitions}
        yield {"type": "reward", "episode": name, "value": round(total, 6)}
        yield {"type": "episode_end", "episode": name, "status": "success" if total > 0.999 else "failure"}


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    for line in record():
        text.write(json.dumps(line, separators=(",", ":")) + "\n")
    packed = gzip.compress(text.getvalue().encode(), 9, mtime=0)
    (folder / "forage-lazy.jsonl.gz").write_bytes(packed)
    print(f"{len(packed)} bytes, {len(text.getvalue())} unpacked")


if __name__ == "__main__":
    main()
