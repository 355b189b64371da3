"""A template: a pipeline of language models, replayed from the messages of its log. Put your own `ask` and `score` here.

    creditscope replay run.jsonl --act ACT --try '"another answer"' --replayer 'python3 llm_template.py my_module:ask'

What was said up to the act is given to the model as it was said; from there on everybody is asked again, in the order of the
log. `ask(agent, history, seed)` gives what an agent says; `history` is a list of pairs `(agent, text)`. Without a model of
yours a coin stands in for it, so that the template runs offline: it says `right` three times in four.
"""

from __future__ import annotations

import importlib
import json
import random
import sys

from creditreplay import KEEP, NULL, REMOVE, REPLACE, RESAMPLE, Outcome, Request, serve


def ask(agent: str, history: list[tuple[str, str]], seed: int) -> str:
    """The coin."""
    return "right" if random.Random(f"{seed}/{agent}/{len(history)}").random() < 0.75 else "wrong"


def score(history: list[tuple[str, str]]) -> float:
    """What the team earned: here, the share of turns that are `right`."""
    return sum(said == "right" for _, said in history) / max(1, len(history))


def replay(request: Request, seed: int) -> Outcome:
    text = lambda action: action if isinstance(action, str) else json.dumps(action)
    turns, before = list(request.acts()), len(request.prefix())
    history = [(act["agent"], text(act["action"])) for act in turns[:before]]
    for act in turns[before:]:
        agent, change = act["agent"], request.instead(act["id"], act["agent"])
        do = request.throughout(agent) if change is None else change.do
        if do != REMOVE:
            said = {KEEP: act["action"], NULL: "", REPLACE: change and change.action}
            history.append((agent, text(said[do]) if do in said else ask(agent, history, seed)))
    following = history[before + 1] if len(history) > before + 1 else ("nobody", "the end")
    return Outcome(score(history), next_action=": ".join(following))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.path.insert(0, "")
        module, _, name = sys.argv[1].partition(":")
        ask = getattr(importlib.import_module(module), name)
    serve(replay, name="llm", version="1", capabilities=(REPLACE, NULL, RESAMPLE, REMOVE), parallel=8)
