"""The least core and the nucleolus of small games, by scipy. Run by hand; tests read what it wrote.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1
    venv/bin/python tests/oracles/games.py > tests/data/oracles/games.json

Each case is a game (values by mask of players, null: not logged), its greatest grievance e*, the range of each share
over the least core (HiGHS), and the nucleolus. The latter is found in another way than by the program: no price is
read; a coalition is settled if its own linear program says that its members never get more.
"""

import json
import random

import numpy as np
import scipy
from scipy.optimize import linprog

SEED = 14
# What HiGHS may miss a bound by, and what settles a coalition: values have three decimals.
SLACK = 1e-8
NEAR = 1e-6


def members(mask, n):
    return [float(mask >> player & 1) for player in range(n)]


def program(cost, at_least, equal):
    """The least cost; rows of both lists are (coefficients, bound)."""
    matrix = [[-it for it in row] for row, _ in at_least] or None
    bounds = [-bound for _, bound in at_least] or None
    found = linprog(
        cost,
        A_ub=matrix,
        b_ub=bounds,
        A_eq=[row for row, _ in equal],
        b_eq=[bound for _, bound in equal],
        bounds=[(None, None)] * len(cost),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert found.status == 0, found
    return found.fun


def rank(rows):
    return np.linalg.matrix_rank(np.array(rows))


def solved(values, n):
    none, whole = values[0], (1 << n) - 1
    earns = {it: values[it] - none for it in range(1, whole) if values[it] is not None}
    team = (members(whole, n), values[whole] - none)
    # Independent rows that are settled, and what they get.
    settled, first = [team], None
    while len(settled) < n:
        rows = [it[0] for it in settled]
        still_open = [it for it in earns if rank(rows + [members(it, n)]) > len(rows)]
        fixed = [(row + [0.0], gets) for row, gets in settled]
        wants = [(members(it, n) + [1.0], earns[it]) for it in still_open]
        grievance = program([0.0] * n + [1.0], wants, fixed)
        if first is None:
            first = grievance
        wants = [(members(it, n), earns[it] - grievance - SLACK) for it in still_open]
        for it in still_open:
            row = members(it, n)
            most = -program([-part for part in row], wants, settled)
            if most <= earns[it] - grievance + NEAR and rank(rows + [row]) > len(rows):
                rows.append(row)
                settled = settled + [(row, earns[it] - grievance)]
    nucleolus = np.linalg.solve(np.array([it[0] for it in settled]), np.array([it[1] for it in settled]))
    wants = [(members(it, n), earns[it] - first - SLACK) for it in earns]
    ranges = [
        [sign * program([sign * part for part in members(1 << player, n)], wants, [team]) for sign in (1.0, -1.0)]
        for player in range(n)
    ]
    return {
        "grievance": round(first, 9) + 0.0,
        "low": [it[0] for it in ranges],
        "high": [it[1] for it in ranges],
        "nucleolus": nucleolus.tolist(),
    }


def game(kind, n, draw):
    size = 1 << n
    if kind == "anything":
        return [round(draw.uniform(-1, 1), 3) for _ in range(size)]
    if kind == "few steps":
        return [0.0] + [draw.randrange(3) / 2 for _ in range(1, size)]
    if kind == "majority":
        weights = [draw.randrange(1, 5) for _ in range(n)]
        need = sum(weights) // 2 + 1
        return [float(sum(w for at, w in enumerate(weights) if mask >> at & 1) >= need) for mask in range(size)]
    if kind == "convex":
        parts = [round(draw.random(), 3) for _ in range(size)]
        return [round(sum(parts[it] for it in range(size) if it & mask == it), 6) for mask in range(size)]
    values = game("convex", n, draw)
    for mask in range(1, size - 1):
        # Players alone and all but one of them stay, so that every share is held.
        if 1 < mask.bit_count() < n - 1 and draw.random() < 0.5:
            values[mask] = None
    return values


def cases():
    draw = random.Random(SEED)
    for n in [2, 3, 4, 5, 6]:
        for kind in ["anything", "few steps", "majority", "convex", "some missing"]:
            for _ in range(3):
                values = game(kind, n, draw)
                yield {"kind": kind, "v": values, **solved(values, n)}


print(json.dumps({"scipy": scipy.__version__, "seed": SEED, "cases": list(cases())}))
