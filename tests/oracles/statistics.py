"""Numbers that src/stats and src/training must give, by scipy. Run by hand; tests read what it wrote.

    python3 -m venv venv && venv/bin/pip install scipy==1.17.1
    venv/bin/python tests/oracles/statistics.py > tests/data/oracles/statistics.json

Each case is two series of the same length, some with ties; of each Kendall's tau-b, and slope, its standard error and
Pearson's r of a line of least squares.
"""

import json
import random

import scipy
from scipy import stats

SEED = 15
LENGTHS = [5, 6, 9, 17, 40, 120]


def series(kind, length, draw):
    """Values of a kind: all different, of a few steps, or a trend with noise."""
    if kind == "different":
        return [draw.uniform(-3, 3) for _ in range(length)]
    if kind == "steps":
        return [draw.randrange(4) / 4 for _ in range(length)]
    return [0.01 * at + draw.gauss(0, 0.2) for at in range(length)]


def case(a, b):
    line = stats.linregress(a, b)
    return {
        "a": a,
        "b": b,
        "tau": stats.kendalltau(a, b).statistic,
        "slope": line.slope,
        "slope_error": line.stderr,
        "r": line.rvalue,
    }


def cases():
    draw = random.Random(SEED)
    kinds = ["different", "steps", "trend"]
    for length in LENGTHS:
        for first in kinds:
            for second in kinds:
                a, b = series(first, length, draw), series(second, length, draw)
                if len(set(a)) > 1 and len(set(b)) > 1:
                    yield case(a, b)


print(json.dumps({"scipy": scipy.__version__, "seed": SEED, "cases": list(cases())}))
