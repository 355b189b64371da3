"""Small programming tasks for the scripted development team, and the real execution of candidate programs.

A task's program is a template with a slot per requirement: filled with code that meets it, or with what a hasty
author would have written. Every combination is a program that really runs, in a Python process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any

BASIC = "basic"
STUB = "raise NotImplementedError"
TIME_LIMIT = 10.0
RUNNER = """
import json, sys
job = json.load(sys.stdin)
space, outcome = {}, []
exec(job["source"], space)
for args, want in job["cases"]:
    try:
        got = space[job["name"]](*args)
        outcome.append("" if got == want else f"expected {want!r}, got {got!r}")
    except Exception as err:
        outcome.append("" if want == type(err).__name__ else f"{type(err).__name__}: {err}")
json.dump(outcome, sys.stdout)
"""


@dataclass(frozen=True)
class Requirement:
    """One requirement: how a specification words it, and the code with and without it."""

    wording: str
    met: str
    missed: str


@dataclass(frozen=True)
class Case:
    """A test case; `want` is the result, or the name of the exception."""

    about: str
    args: tuple[Any, ...]
    want: Any

    def shown(self, name: str) -> str:
        """The case as a line of a test."""
        call = f"{name}({', '.join(map(repr, self.args))})"
        return f"{call} == {self.want!r}"


@dataclass(frozen=True)
class Failure:
    """A failed test case and what was seen instead."""

    case: Case
    said: str


@dataclass(frozen=True)
class Task:
    """A programming task with its requirements, the tests a tester would write, and the hidden ones."""

    name: str
    title: str
    template: str
    requirements: dict[str, Requirement]
    visible: tuple[Case, ...]
    hidden: tuple[Case, ...]

    def program(self, met: frozenset[str] | None) -> str:
        """The source that meets just these requirements (None: a stub)."""
        if met is None:
            return f"def {self.name}(*args):\n    {STUB}\n"
        slots = {key: need.met if key in met else need.missed for key, need in self.requirements.items()}
        lines = self.template.format(**slots).splitlines()
        return "\n".join(line for line in lines if line.strip()) + "\n"

    def failures(self, met: frozenset[str] | None, cases: tuple[Case, ...]) -> list[Failure]:
        """Runs the program on the cases; what went wrong."""
        job = json.dumps({"source": self.program(met), "name": self.name,
                          "cases": [(case.args, case.want) for case in cases]})
        return [Failure(case, said) for case, said in zip(cases, _run(job)) if said]

    def score(self, met: frozenset[str] | None) -> float:
        """The share of the hidden tests that the program passes."""
        return 1.0 - len(self.failures(met, self.hidden)) / len(self.hidden)


@cache
def _run(job: str) -> tuple[str, ...]:
    """Executes one program on its cases in a fresh, isolated interpreter."""
    done = subprocess.run([sys.executable, "-I", "-c", RUNNER], input=job, capture_output=True, text=True,
                          timeout=TIME_LIMIT, check=True)
    return tuple(json.loads(done.stdout))


MERGE = Task(
    name="merge_intervals",
    title="merge_intervals(spans): merge overlapping [start, end] pairs",
    template="""\
def merge_intervals(spans):
    {empty}
    {order}
    merged = [list(spans[0])]
    for start, end in spans[1:]:
        if start {touching} merged[-1][1]:
            merged[-1][1] = {nested}
        else:
            merged.append([start, end])
    return merged
""",
    requirements={
        "empty": Requirement("no spans give an empty list", "if not spans: return []", ""),
        "order": Requirement("spans may come in any order", "spans = sorted(spans)", ""),
        "touching": Requirement("spans that touch are merged", "<=", "<"),
        "nested": Requirement("a span may lie inside another", "max(merged[-1][1], end)", "end"),
    },
    visible=(
        Case(BASIC, ([[1, 3], [2, 5], [8, 9]],), [[1, 5], [8, 9]]),
        Case("empty", ([],), []),
        Case("order", ([[7, 8], [1, 2]],), [[1, 2], [7, 8]]),
        Case("touching", ([[1, 2], [2, 3]],), [[1, 3]]),
        Case("nested", ([[1, 9], [2, 3]],), [[1, 9]]),
    ),
    hidden=(
        Case(BASIC, ([[0, 4], [3, 6]],), [[0, 6]]),
        Case(BASIC, ([[1, 2], [5, 6]],), [[1, 2], [5, 6]]),
        Case("empty", ([],), []),
        Case("order", ([[5, 6], [1, 3], [2, 4]],), [[1, 4], [5, 6]]),
        Case("order", ([[9, 10], [0, 1]],), [[0, 1], [9, 10]]),
        Case("touching", ([[1, 4], [4, 5]],), [[1, 5]]),
        Case("touching", ([[0, 0], [0, 2]],), [[0, 2]]),
        Case("nested", ([[1, 10], [2, 3], [9, 12]],), [[1, 12]]),
    ),
)

DURATION = Task(
    name="parse_duration",
    title="parse_duration(text): seconds in a text such as '1h30m'",
    template="""\
def parse_duration(text):
    {spaces}
    total, digits = 0, ""
    for char in {case}:
        if char.isdigit():
            digits += char
        else:
            total += int(digits) * {{"h": 3600, "m": 60, "s": 1}}[char]
            digits = ""
    {bare}
    {empty}
    return total
""",
    requirements={
        "spaces": Requirement("blanks are ignored", "text = text.replace(' ', '')", ""),
        "case": Requirement("units in either case", "text.lower()", "text"),
        "bare": Requirement("a number without a unit is seconds", "total += int(digits or 0)", ""),
        "empty": Requirement("an empty text raises ValueError", "if not text: raise ValueError('empty')", ""),
    },
    visible=(
        Case(BASIC, ("1h30m",), 5400),
        Case("spaces", ("1h 5s",), 3605),
        Case("case", ("2M",), 120),
        Case("bare", ("45",), 45),
        Case("empty", ("",), "ValueError"),
    ),
    hidden=(
        Case(BASIC, ("10s",), 10),
        Case(BASIC, ("2h",), 7200),
        Case("spaces", (" 3m ",), 180),
        Case("spaces", ("1h 1m 1s",), 3661),
        Case("case", ("1H",), 3600),
        Case("bare", ("90",), 90),
        Case("bare", ("1m30",), 90),
        Case("empty", ("",), "ValueError"),
    ),
)

ROTATE = Task(
    name="rotate",
    title="rotate(items, k): the list turned right by k places",
    template="""\
def rotate(items, k):
    {empty}
    {wrap}
    {negative}
    return items[len(items) - k:] + items[:len(items) - k]
""",
    requirements={
        "empty": Requirement("an empty list stays empty", "if not items: return []", ""),
        "wrap": Requirement("k may exceed the length", "k = k % len(items) if k > 0 else k", ""),
        "negative": Requirement("negative k turns left", "k = k % len(items) if k < 0 else k", "k = abs(k)"),
    },
    visible=(
        Case(BASIC, ([1, 2, 3], 1), [3, 1, 2]),
        Case("empty", ([], 2), []),
        Case("wrap", ([1, 2, 3], 4), [3, 1, 2]),
        Case("negative", ([1, 2, 3], -1), [2, 3, 1]),
    ),
    hidden=(
        Case(BASIC, ([1, 2, 3, 4], 2), [3, 4, 1, 2]),
        Case(BASIC, ([7], 0), [7]),
        Case("empty", ([], 3), []),
        Case("wrap", ([1, 2], 3), [2, 1]),
        Case("wrap", ([1, 2, 3], 10), [3, 1, 2]),
        Case("negative", ([1, 2, 3, 4], -1), [2, 3, 4, 1]),
        Case("negative", ([1, 2, 3], -5), [3, 1, 2]),
        Case("negative", ([4, 5], -2), [4, 5]),
    ),
)
