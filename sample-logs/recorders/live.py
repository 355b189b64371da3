"""Records foraging episodes as two parallel workers append them to one shared log.

    python live.py                            records ../live-interleaved.jsonl
    python live.py --stream FILE --delay 0.2  appends the same records to FILE one by one, to be tailed

Records of four episodes arrive interleaved and late: acts before the messages they rest on, rewards before the acts,
replay groups one candidate at a time. The last episode stays open: its worker is cut off in mid-episode.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from creditlog import CreditLog
from forage import EPOCH, Episode, Recorder

START = EPOCH + 7200.0
LATEST = 0.9
CANDIDATE_SECONDS = 0.15
CUT_OFF_STEP = 11
WORKERS = 2


@dataclass(frozen=True)
class Job:
    """An episode and the worker that plays it."""

    worker: int
    episode: Episode
    cut_off: bool = False


@dataclass(frozen=True)
class Arrival:
    """A record and the moment it reaches the log."""

    at: float
    worker: int
    fields: dict[str, Any]


JOBS = [
    Job(0, Episode("live-0", 20, 58, "porter", START, groups=True)),
    Job(1, Episode("live-1", 20, 58, None, START + 1.7, groups=True)),
    Job(0, Episode("live-2", 170, 52, "porter", START + 3.1)),
    Job(1, Episode("live-3", 170, 52, None, START + 4.6), cut_off=True),
]


def play(job: Job) -> list[dict[str, Any]]:
    """The records of one episode, in the order of its own clock."""
    records: list[dict[str, Any]] = []
    Recorder(lambda record_type, episode, **fields: records.append(
        {"type": record_type, "episode": episode, **fields}), job.episode).record()
    if job.cut_off:
        return [record for record in records if record.get("step", CUT_OFF_STEP) < CUT_OFF_STEP]
    return records


def stream_candidates(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A replay group, one candidate a record."""
    shared = {name: record[name] for name in ("type", "episode", "ts", "agent", "kind", "group", "of", "context")}
    for candidate in record["candidates"]:
        yield {**shared, "candidates": [candidate]}


def arrivals() -> list[Arrival]:
    """All records of all episodes, in the order of arrival."""
    rng = random.Random("live")
    late: list[Arrival] = []
    for job in JOBS:
        for record in play(job):
            parts = list(stream_candidates(record)) if record["type"] == "counterfactual" else [record]
            for place, part in enumerate(parts):
                ts = round(part["ts"] + place * CANDIDATE_SECONDS, 3)
                late.append(Arrival(ts + rng.uniform(0.0, LATEST), job.worker, part | {"ts": ts}))
    return sorted(late, key=lambda arrival: arrival.at)


def append_to(path: Path, delay: float) -> int:
    """Appends everything to one file through a writer per worker; returns the number of records."""
    writers = [
        CreditLog(path, "forage/live", writer={"host": "worker-0", "pid": 1000 + rank, "rank": rank}, rank=rank,
                  ts=START - 1.0, env="lbforaging/8x8-4p-3f-coop", algorithm="scripted+replay", gamma=1.0,
                  reward_unit="share of the food lifted")
        for rank in range(WORKERS)
    ]
    waiting = arrivals()
    for arrival in waiting:
        fields = dict(arrival.fields)
        writers[arrival.worker].write(fields.pop("type"), fields.pop("episode"), rank=arrival.worker, **fields)
        time.sleep(delay)
    for writer in writers:
        writer.close()
    return len(waiting) + len(writers)


def main() -> None:
    """Records the sample, or streams it to a file of the user's choice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", type=Path, default=Path(__file__).parent.parent, help="output directory")
    parser.add_argument("--stream", type=Path, metavar="FILE", help="append to this file slowly instead")
    parser.add_argument("--delay", type=float, default=0.1, metavar="S", help="seconds between records")
    args = parser.parse_args()
    path = args.stream or args.out / "live-interleaved.jsonl"
    if not args.stream:
        path.unlink(missing_ok=True)
    print(f"{path.name}: {append_to(path, args.delay if args.stream else 0.0)} records")


if __name__ == "__main__":
    main()
