"""Replays the scripted development team of `sample-logs/dev-team.jsonl`; its programs and tests really run.

    creditscope replay sample-logs/dev-team.jsonl --episode duration-forgotten --replayer 'python3 assets/replayers/devteam.py'

No library but the standard one. The task is the `group` of the episode. The decisions before an act are made as logged, those
after it are drawn anew; given all decisions, the score is certain. An absent planner leaves the title, an absent coder a stub,
an absent tester no tests (`null`). `--luck recorded` draws as the recorder did, to compare with what it logged run by run.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import deque
from pathlib import Path
from typing import Any

from creditreplay import KEEP, NULL, REPLACE, RESAMPLE, Outcome, Request, serve

sys.path.append(str(Path(__file__).resolve().parents[2] / "sample-logs" / "recorders"))

from devtasks import DURATION, MERGE, ROTATE  # noqa: E402
from devteam_sim import AGENTS, DEFAULTS, Chooser, Policy, play  # noqa: E402

NAME, VERSION = "devteam", "1"
CAPABILITIES = (REPLACE, NULL, RESAMPLE)
TASKS = {task.name: task for task in (MERGE, DURATION, ROTATE)}
STAGES = {"plan": "planner", "code": "coder", "tests": "tester", "repair": "coder"}
LUCK = "own"


def replay(request: Request, seed: int) -> Outcome:
    """One episode, or the rest of one, as it is asked for."""
    task = TASKS[request.start()["group"]]
    decisions = [act for act in request.acts() if "policy" in act]
    wanted = request.from_act()
    if wanted is None:
        return Outcome(play(task, _throughout(request, decisions, seed)).score)
    at = next((at for at, act in enumerate(decisions) if act["id"] == wanted), None)
    if at is None:
        raise KeyError(f"{wanted!r} is no decision of episode {request.episode!r}")
    luck = f"{request.episode}/{wanted}/{request.sample}" if LUCK == "recorded" else str(seed)
    made = [act["policy"]["chosen"] for act in decisions[:at]]
    outcome = play(task, Chooser(random.Random(luck), made + _option(request, decisions[at])))
    later = outcome.decisions[at + 1:]
    return Outcome(outcome.score, next_action=f"{later[0].agent}: {later[0].chosen}" if later else "submitted")


def _option(request: Request, act: dict[str, Any]) -> list[str]:
    """What is decided instead; nothing: it is drawn."""
    change, policy = request.instead(act["id"], act["agent"]), act["policy"]
    if change.do == RESAMPLE:
        return []
    option = {KEEP: policy["chosen"], NULL: act["default"], REPLACE: change.action}.get(change.do)
    if option not in policy["probs"]:
        can = ", ".join(policy["probs"])
        raise ValueError(f"{act['agent']} cannot do {option or change.do!r} at {act['id']}: it can {can}")
    return [option]


def _throughout(request: Request, decisions: list[dict[str, Any]], seed: int) -> Chooser:
    """Who decides when each agent does one thing from the beginning."""
    doing = {agent: request.throughout(agent) for agent in AGENTS}
    there = [agent for agent in AGENTS if doing[agent] != NULL]
    luck = f"{request.episode}/{'+'.join(there)}/{request.sample}" if LUCK == "recorded" else str(seed)
    kept: dict[str, deque[str]] = {}
    for act in decisions:
        if doing[act["agent"]] == KEEP:
            kept.setdefault(_stage(act), deque()).append(act["policy"]["chosen"])
    for agent, do in doing.items():
        if do not in (KEEP, NULL, RESAMPLE):
            raise ValueError(f"{agent} cannot {do}")
    return _Kept(random.Random(luck), present=there, kept=kept)


def _stage(act: dict[str, Any]) -> str:
    return next(stage for stage, option in DEFAULTS.items()
                if option in act["policy"]["probs"] and STAGES[stage] == act["agent"])


class _Kept(Chooser):
    """Decides as logged at these stages, in their order, as long as that can be done."""

    def __init__(self, rng: random.Random, present: list[str], kept: dict[str, deque[str]]) -> None:
        super().__init__(rng, present=present)
        self._kept = kept

    def __call__(self, stage: str, agent: str, policy: Policy) -> str:
        left = self._kept.get(stage)
        done = left.popleft() if left else None
        return done if done in policy else super().__call__(stage, agent, policy)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--luck", choices=("own", "recorded"), default="own", help="where chance comes from")
    LUCK = options.parse_args().luck
    serve(replay, name=NAME, version=VERSION, capabilities=CAPABILITIES)
