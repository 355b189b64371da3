"""A reward function of verl that logs every response as an episode of its group.

    custom_reward_function.path=verl_reward.py custom_reward_function.name=compute_score

Put your own score in place of `score`. CREDITLOG_PATH says where to: a directory that all reward workers see, in which each of them
writes a file of its own. Responses to one sample (`extra_info["index"]`) are a group.

No code at all does it too: verl writes what `trainer.rollout_data_dir` names, and `creditscope` opens that directory, with steps and
prompts, which a reward function is not told. Written for verl 0.4 and later, and run with the arguments that its reward
managers pass, not with verl itself.
"""

from __future__ import annotations

import os
import sys

from creditlog import CreditLog

LOG = None
COUNT = 0


def score(data_source, solution_str, ground_truth, extra_info=None):
    """Yours: a number, or an object with a `score` and what else the trainer is to log."""
    return {"score": float(solution_str.strip().endswith(str(ground_truth))), "length": len(solution_str)}


def compute_score(data_source, solution_str, ground_truth, extra_info=None, **options):
    """What verl calls for each response."""
    scored = score(data_source, solution_str, ground_truth, extra_info, **options)
    write(data_source, solution_str, ground_truth, extra_info or {}, scored)
    return scored


def write(data_source, solution_str, ground_truth, extra_info, scored):
    """One episode: the response and its score, the other numbers of the score as a metric."""
    global LOG, COUNT
    if LOG is None:
        LOG = CreditLog(os.environ.get("CREDITLOG_PATH", "logs/"), run="verl", algorithm="grpo")
    with LOG.guard():
        sample = extra_info.get("index")
        grouped = {} if sample is None else {"group": f"{data_source}/{extra_info.get('split', '')}/{sample}"}
        with LOG.episode(f"{os.uname().nodename}-{os.getpid()}-{COUNT}", task=str(data_source), **grouped) as episode:
            COUNT += 1
            episode.action("policy", solution_str, kind="llm", parents=[])
            parts = dict(scored) if isinstance(scored, dict) else {"score": scored}
            episode.reward(parts.pop("score"), source="verl")
            numbers = {name: value for name, value in parts.items() if isinstance(value, (int, float))}
            if numbers:
                episode.metric(numbers)
            episode.end(ground_truth=str(ground_truth))


def main(path):
    """What a reward manager does: one call for each response."""
    os.environ["CREDITLOG_PATH"] = path
    for response in ("#### 3", "#### 4", "3", "so it is 5"):
        compute_score("openai/gsm8k", response, "3", {"index": 7, "split": "train"})
    return LOG


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "logs/")
