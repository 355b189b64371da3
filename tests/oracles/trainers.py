"""Advantages of groups by the code of trainers itself. Run by hand; tests read what it wrote.

    python3 -m venv venv && venv/bin/pip install torch==2.9.1 numpy==2.4.6
    venv/bin/pip install --no-deps trl==1.16.0 verl==0.9.1 openrlhf==0.11.2
    venv/bin/python -P tests/oracles/trainers.py > tests/data/oracles/trainers.json

`-P`, as another script of this folder has the name of a module. The packages are not imported, as that needs a GPU
stack: the functions, or in TRL and OpenRLHF the statements of a method, that make advantages are taken out of the
installed sources as they stand, and run on doubles.

Dr. MAS and GiGPO are on no registry. What is named `rederived` is written here from their public source
(langfengQ/DrMAS, verl/trainer/ppo/core_algos.py at 324c6fb and gigpo/core_gigpo.py at 3b556f2), and shares no code
with it.
"""

import ast
import json
import random
import statistics
from collections import defaultdict
from importlib.metadata import distribution
from types import SimpleNamespace
from typing import Optional

import numpy as np
import torch

SEED = 14
PINNED = {"trl": "1.16.0", "verl": "0.9.1", "openrlhf": "0.11.2"}
torch.set_default_dtype(torch.float64)


def tree(package, path):
    installed = distribution(package)
    assert installed.version == PINNED[package], (package, installed.version)
    with open(installed.locate_file(path), encoding="utf-8") as source:
        return ast.parse(source.read())


def run(nodes, names):
    exec(compile(ast.fix_missing_locations(ast.Module(nodes, [])), "trainer", "exec"), names)
    return names


def function(package, path, name, names):
    """A function of an installed package, without its decorators and the types of what it takes."""
    [found] = [it for it in ast.walk(tree(package, path)) if isinstance(it, ast.FunctionDef) and it.name == name]
    found.decorator_list, found.returns = [], None
    for argument in found.args.args:
        argument.annotation = None
    return run([found], names)[name]


def between(body, first, last):
    """The statements of a block from one that begins with `first` to one that begins with `last`."""
    text = [ast.unparse(it) for it in body]
    start = next(at for at, it in enumerate(text) if it.startswith(first))
    end = next(at for at, it in enumerate(text) if at >= start and it.startswith(last))
    return body[start : end + 1]


def block(package, path, first, last):
    for node in ast.walk(tree(package, path)):
        if isinstance(node, ast.FunctionDef):
            try:
                return between(node.body, first, last)
            except StopIteration:
                continue
    raise LookupError(first)


NANSTD = function("trl", "trl/trainer/utils.py", "nanstd", {"torch": torch})
TRL_GRPO = block(
    "trl", "trl/trainer/grpo_trainer.py", "unscorable_mask =", "advantages = torch.nan_to_num(advantages"
)
TRL_RLOO = block(
    "trl", "trl/trainer/rloo_trainer.py", "grouped_rewards =", "advantages = torch.nan_to_num(advantages"
)
OPENRLHF = block(
    "openrlhf",
    "openrlhf/trainer/ppo_utils/experience_maker.py",
    "if args.algo.advantage.estimator == 'rloo'",
    "if args.algo.advantage.estimator == 'rloo'",
)
VERL = {
    name: function(
        "verl",
        "verl/trainer/ppo/core_algos.py",
        f"compute_{name}_outcome_advantage",
        {"torch": torch, "np": np, "defaultdict": defaultdict, "Optional": Optional},
    )
    for name in ["grpo", "rloo"]
}


def trl_grpo(returns, scale):
    trainer = SimpleNamespace(
        multi_objective_aggregation="sum_then_normalize", scale_rewards=scale, reward_weights=torch.ones(1)
    )
    names = {
        "torch": torch,
        "nanstd": NANSTD,
        "self": trainer,
        "device": "cpu",
        "num_generations": len(returns),
        "rewards_per_func": torch.tensor(returns).unsqueeze(1),
    }
    return run(TRL_GRPO, names)["advantages"].tolist()


def trl_rloo(returns):
    names = {
        "torch": torch,
        "nanstd": NANSTD,
        "self": SimpleNamespace(normalize_advantages=False),
        "num_generations": len(returns),
        "rewards": torch.tensor(returns),
    }
    return run(TRL_RLOO, names)["advantages"].tolist()


def openrlhf(returns, estimator):
    args = SimpleNamespace(
        algo=SimpleNamespace(advantage=SimpleNamespace(estimator=estimator)),
        rollout=SimpleNamespace(n_samples_per_prompt=len(returns)),
    )
    names = {"torch": torch, "args": args, "rewards": torch.tensor(returns).reshape(1, -1)}
    return run(OPENRLHF, names)["rewards"].reshape(-1).tolist()


def verl(returns, name, draw, **options):
    """Rollouts of unequal length, beside another group: the reward stands at the last token."""
    everything = returns + [5.0, 7.0, -2.0]
    index = np.array(["ours"] * len(returns) + ["other"] * 3, dtype=object)
    lengths = [draw.randrange(1, 6) for _ in everything]
    rewards, mask = torch.zeros(len(everything), 5), torch.zeros(len(everything), 5)
    for at, (value, length) in enumerate(zip(everything, lengths)):
        rewards[at, length - 1] = value
        mask[at, :length] = 1.0
    advantages, _ = VERL[name](rewards, mask, index, **options)
    return advantages[: len(returns), 0].tolist()


def groups(draw):
    for size in [2, 3, 4, 8, 16]:
        yield [float(draw.randrange(2)) for _ in range(size - 1)] + [1.0]
        yield [round(draw.gauss(0, 1), 4) for _ in range(size)]
        yield [round(1000 + draw.gauss(0, 1e-3), 6) for _ in range(size)]
    yield [1.0] * 4


def of_group(returns, draw):
    return {
        "returns": returns,
        "advantages": [
            ["trl GRPO", "trl", trl_grpo(returns, "group")],
            ["trl GRPO unscaled", "mean", trl_grpo(returns, "none")],
            ["trl RLOO", "loo", trl_rloo(returns)],
            ["verl GRPO", "verl", verl(returns, "grpo", draw)],
            ["verl Dr. GRPO", "mean", verl(returns, "grpo", draw, norm_adv_by_std_in_grpo=False)],
            ["verl RLOO", "loo", verl(returns, "rloo", draw)],
            ["openrlhf group_norm", "openrlhf", openrlhf(returns, "group_norm")],
            ["openrlhf rloo", "loo", openrlhf(returns, "rloo")],
            ["openrlhf dr_grpo", "mean", openrlhf(returns, "dr_grpo")],
        ],
    }


def alone(draw):
    return {"returns": [0.7], "advantages": [["verl GRPO", "verl", verl([0.7], "grpo", draw)]]}


def unscorable(draw):
    """One without a number: TRL gives it 0 and leaves it out of the others' mean and spread."""
    returns = [round(draw.gauss(0, 1), 4) for _ in range(6)]
    with_one = trl_grpo(returns[:3] + [float("nan")] + returns[3:], "group")
    assert with_one[3] == 0.0
    return {"returns": returns, "left_out": 3, "advantages": [["trl GRPO", "trl", with_one[:3] + with_one[4:]]]}


def normalised(numbers):
    """Less the mean, by the spread over n - 1 and 1e-6; one alone is left as it is but for the 1e-6."""
    if len(numbers) == 1:
        return [numbers[0] / (1 + 1e-6)]
    mean, spread = statistics.fmean(numbers), statistics.stdev(numbers)
    return [(it - mean) / (spread + 1e-6) for it in numbers]


def dr_mas(draw):
    """Each agent among the same agent's rewards in the rollouts of a task: the key is task and agent, and only the
    first row of a trajectory is counted."""
    own = [[round(draw.gauss(0, 1), 4), round(draw.gauss(5, 3), 4)] for _ in range(6)]
    columns = [normalised([it[agent] for it in own]) for agent in range(2)]
    return {"own": own, "rederived": [list(it) for it in zip(*columns)]}


def gigpo(draw, gamma, weight):
    """A_E + w A_S, both normalised; acts of one state in rollouts of the task are compared by their return to go."""
    rollouts = [[[draw.randrange(1, 4), round(draw.gauss(0, 1), 4)] for _ in range(draw.randrange(2, 6))] for _ in range(5)]
    whole = normalised([sum(it[1] for it in acts) for acts in rollouts])
    by_state, places = defaultdict(list), {}
    for at, acts in enumerate(rollouts):
        to_go = 0.0
        for turn in reversed(range(len(acts))):
            to_go = acts[turn][1] + gamma * to_go
            places[at, turn] = (acts[turn][0], len(by_state[acts[turn][0]]))
            by_state[acts[turn][0]].append(to_go)
    parts = {state: normalised(it) if len(it) > 1 else [0.0] for state, it in by_state.items()}
    numbers = [
        [whole[at] + weight * parts[places[at, turn][0]][places[at, turn][1]] for turn in range(len(acts))]
        for at, acts in enumerate(rollouts)
    ]
    return {"gamma": gamma, "weight": weight, "rollouts": rollouts, "rederived": numbers}


draw = random.Random(SEED)
print(
    json.dumps(
        {
            "packages": {**PINNED, "torch": torch.__version__},
            "seed": SEED,
            "groups": [of_group(it, draw) for it in groups(draw)] + [alone(draw), unscorable(draw)],
            "agents": [dr_mas(draw) for _ in range(4)],
            "states": [gigpo(draw, gamma, weight) for gamma, weight in [(1.0, 1.0), (0.9, 0.5), (0.5, 2.0)]],
        }
    )
)
