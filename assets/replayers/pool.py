"""Serves replays over a Ray cluster: each run is a task.

    creditscope replay run.jsonl --replayer 'python3 assets/replayers/pool.py --address auto forage:replay'

`forage:replay` is a function `replay(request, seed)` of a module that the workers can import, as of the other files here; the
log must be on a path that they can read. As many runs as the cluster has processors, and half as many more to wait, are asked
for at once (`--at-once`): the rest stays here until some are answered. A run whose worker is lost is done again, `--retries`
times; a run that raises is not, and fails its request. The returns do not depend on where and in what order runs are done.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from contextlib import redirect_stdout
from typing import Any

from creditreplay import NULL, REMOVE, REPLACE, RESAMPLE, Request, serve

try:
    import ray
except ImportError:
    sys.exit("pool.py needs Ray: pip install -r requirements.txt")

#: creditscope asks for no more at once.
MOST = 256


def named(target: str) -> Any:
    """What `module:name` names, from the folder of this file, the folder it is run in, or what is installed."""
    for folder in (os.path.dirname(os.path.abspath(__file__)), os.getcwd()):
        if folder not in sys.path:
            sys.path.append(folder)
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name or "replay")


class Pool:
    """Workers that each hold the environment of the last runs they did."""

    def __init__(self, target: str, retries: int, path: list[str]) -> None:
        self._target = target

        def once(target: str, request: Request, seed: int, path: list[str]) -> Any:
            # A worker begins with another path than the one who asks.
            sys.path.extend(it for it in path if it not in sys.path)
            module, _, name = target.partition(":")
            return getattr(importlib.import_module(module), name or "replay")(request, seed)

        self._path = ray.put(path)
        self._once = ray.remote(max_retries=retries, retry_exceptions=False)(once)

    def replay(self, request: Request, seed: int) -> Any:
        """One run, on whichever worker is free."""
        try:
            return ray.get(self._once.remote(self._target, request, seed, self._path))
        except ray.exceptions.RayTaskError as error:
            # What the function raised, without the tale of where.
            raise error.cause if isinstance(error.cause, Exception) else error from None


def main() -> None:
    """Serves what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", help="`module:function` that plays one run")
    parser.add_argument("--address", help="the cluster (`auto`, `ray://...`); without it a local one is begun")
    parser.add_argument("--workers", type=int, help="of a local cluster; without it as many as there are processors")
    parser.add_argument("--at-once", type=int, help="runs asked for at once")
    parser.add_argument("--retries", type=int, default=3, help="how often a run is done again whose worker was lost")
    options = parser.parse_args()
    target = named(options.target)
    home = sys.modules[target.__module__]
    with redirect_stdout(sys.stderr):
        local = {} if options.address else {"num_cpus": options.workers, "include_dashboard": False}
        ray.init(address=options.address, logging_level="warning", **local)
        pool = Pool(options.target, options.retries, [it or os.getcwd() for it in sys.path])
        cpus = int(ray.cluster_resources().get("CPU", 1))
    at_once = options.at_once or cpus + (cpus + 1) // 2
    serve(pool.replay, name=getattr(home, "NAME", options.target), version=getattr(home, "VERSION", ""),
          capabilities=getattr(home, "CAPABILITIES", (REPLACE, NULL, RESAMPLE, REMOVE)),
          parallel=max(1, min(at_once, MOST)), close=ray.shutdown)


if __name__ == "__main__":
    main()
