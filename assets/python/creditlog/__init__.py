"""Writes the credit assignment log that `creditscope` opens. Standard library only, Python 3.9 or later.

    from creditlog import CreditLog, counterfactual

    log = CreditLog("logs/", run="demo", env="my-env", gamma=0.99)
    with log.episode("ep-1", agents=["planner", "coder"], task="write a parser") as episode:
        plan = episode.action("planner", "split on quotes", parents=[])
        told = episode.message("planner", "coder", "quotes may nest", parents=[plan])
        code = episode.action("coder", "line.split('\"')", parents=[told], result="2 of 5 tests failed")
        episode.reward(-0.6, of=[code])
        counterfactual.coalitions(episode, ["planner", "coder"], lambda team, seed: play(team, seed), runs=8)
        episode.end("failure", return_=-0.6)

Nothing here raises into a training loop: what cannot be written is counted in `log.dropped` and told once on stderr.
"""

from creditlog import counterfactual
from creditlog.episode import Episode
from creditlog.log import CreditLog

__all__ = ["CreditLog", "Episode", "counterfactual"]
