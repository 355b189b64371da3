"""A judge that asks any command who is to blame.

    python3 judge_command.py my_judge --model small

The method `judge` of the protocol is answered by running the command once an episode: it reads `{"episode", "acts"}` as JSON on
its stdin and prints `{"agent", "act", "probability", "reason"}` as JSON on its stdout; what it prints before the last line is
ignored. It has `--seconds` (600) for it. creditscope does not ask judges yet: this is what it will ask.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from typing import Any

from creditreplay import Request, serve


def judged(command: list[str], seconds: float, episode: str, acts: list[Any]) -> dict[str, Any]:
    """The word of the command. Raises `ValueError` if it gives none."""
    asked = json.dumps({"episode": episode, "acts": acts})
    try:
        done = subprocess.run(command, input=asked, capture_output=True, text=True, encoding="utf-8", errors="replace",
                              timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise ValueError(f"{command[0]} said nothing within {seconds:g} s") from None
    except OSError as error:
        raise ValueError(f"cannot run {command[0]}: {error.strerror}") from None
    if done.returncode:
        tail = " | ".join(done.stderr.strip().splitlines()[-3:])
        raise ValueError(f"{command[0]} ended with {done.returncode}" + (f": {tail}" if tail else ""))
    lines = done.stdout.strip().splitlines() or [""]
    try:
        said = json.loads(lines[-1])
        agent, sure = said["agent"], float(said.get("probability", 1.0))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError(f"{command[0]} gave no judgement but {lines[-1][:200]!r}") from None
    if not isinstance(agent, str) or not 0.0 <= sure <= 1.0:
        raise ValueError(f"{command[0]} gave the agent {agent!r} and the probability {sure}")
    return {"agent": agent, "act": said.get("act"), "probability": sure, "reason": str(said.get("reason", ""))}


def replay(request: Request, seed: int) -> float:
    """Judges only."""
    raise ValueError("a judge cannot replay")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long a judgement may take")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the command and its arguments")
    options = parser.parse_args()
    if not options.command:
        parser.error("which command?")
    serve(replay, name="judge", version=" ".join(options.command), capabilities=(),
          judge=lambda episode, acts: judged(options.command, options.seconds, episode, acts))
