"""Answers creditscope's requests to run counterfactuals again: `serve(replay)` is a replayer.

A replayer reads requests on its stdin and answers on its stdout, a line each (JSON-RPC 2.0; docs/REPLAY.md). This module
speaks the protocol, so that what is left to write is one function that plays an episode once:

    from creditreplay import Request, serve

    def replay(request: Request, seed: int) -> float:
        env = make_env(seed)
        for act in request.acts():
            ...                             # request.instead(act["id"], act["agent"]) says what is done otherwise
        return the_teams_return

    serve(replay, name="my-team", version="1", capabilities=("replace", "resample"))

No dependencies; Python 3.9 or later. Whatever the function prints goes to stderr, as stdout belongs to the protocol.
"""

from __future__ import annotations

from creditreplay.request import KEEP, NULL, REMOVE, REPLACE, RESAMPLE, Intervention, Request
from creditreplay.server import Cancelled, Outcome, serve

__all__ = ["KEEP", "NULL", "REMOVE", "REPLACE", "RESAMPLE", "Cancelled", "Intervention", "Outcome", "Request", "serve"]
