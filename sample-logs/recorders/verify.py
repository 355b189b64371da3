"""Re-reads the samples with plain json and checks what their descriptions claim: `python verify.py [--rerecord]`.

The credit is computed here once more, apart from the recorders' own arithmetic. `--rerecord` also records everything
anew into a scratch directory and compares the bytes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise, permutations
from math import fsum, sqrt
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SAMPLES = HERE.parent
GAMES = ("or", "xor", "and", "lazy", "saboteur", "redundancy", "delayed")
TRUTHS = tuple(f"truth-{game}" for game in GAMES)
FILES = ("forage-saboteur", "forage-success", "forage-replays", "dev-team", "live-interleaved", *TRUTHS)
RECORDERS = ("forage.py", "devteam.py", "live.py", "truth.py")
FORAGERS = ("scout", "lifter", "porter", "runner")
DEVELOPERS = ("planner", "coder", "tester")
CLOSE = 5e-6
KEEP = 0.5

Record = dict[str, Any]
Credit = dict[str, float]


class Episode:
    """The records of one episode, by type."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records

    def of(self, kind: str) -> list[Record]:
        """All records of a type."""
        return [record for record in self.records if record["type"] == kind]

    @property
    def end(self) -> Record:
        """The closing record."""
        return self.of("episode_end")[0]

    @property
    def nodes(self) -> dict[str, Record]:
        """Actions and messages by id."""
        return {record["id"]: record for record in self.of("action") + self.of("message")}

    def counterfactuals(self, kind: str) -> dict[str, list[Record]]:
        """Candidates by the act they replace, merged over records."""
        merged: dict[str, list[Record]] = defaultdict(list)
        for record in self.of("counterfactual"):
            if record["kind"] == kind:
                merged[record["of"]] += record["candidates"]
        return merged

    def credit(self, algorithm: str) -> Record:
        """The declared credit of an algorithm."""
        return next(record for record in self.of("credit") if record["algorithm"] == algorithm)

    def per_agent(self, values: Mapping[str, float], agents: Iterable[str]) -> Credit:
        """Sums values of acts and messages by the agent who did them."""
        total = {agent: 0.0 for agent in agents}
        for node, value in values.items():
            record = self.nodes[node]
            total[record.get("agent") or record["from"]] += value
        return total


def read(name: str, folder: Path = SAMPLES) -> dict[str, Episode]:
    """The episodes of a sample file."""
    episodes: dict[str, list[Record]] = defaultdict(list)
    for line in (folder / f"{name}.jsonl").read_text(encoding="ascii").splitlines():
        record = json.loads(line)
        if record["type"] != "run":
            episodes[record["episode"]].append(record)
    return {episode: Episode(records) for episode, records in episodes.items()}


def check(claim: str, holds: bool) -> None:
    """Stops at the first claim that does not hold."""
    if not holds:
        raise SystemExit(f"FAILED: {claim}")


# Credit, computed from the log alone.


def coalition_values(episode: Episode) -> dict[frozenset[str], tuple[float, float]]:
    """Value and standard error of every coalition."""
    table = {}
    for record in episode.of("counterfactual"):
        for row in record.get("coalitions", ()):
            table[frozenset(row["agents"])] = measured(row)
    return table


def measured(row: Record) -> tuple[float, float]:
    """Mean and standard error of a row with returns or with value, std and n; a value alone is exact."""
    if "returns" not in row:
        return row["value"], row.get("std", 0.0) / sqrt(row.get("n", 1))
    got = row["returns"]
    mean = fsum(got) / len(got)
    spread = sqrt(fsum((one - mean) ** 2 for one in got) / (len(got) - 1)) if len(got) > 1 else 0.0
    return mean, spread / sqrt(len(got))


def shapley(episode: Episode, agents: tuple[str, ...]) -> Credit:
    """Shapley values as the mean marginal over all orders."""
    table, orders = coalition_values(episode), list(permutations(agents))
    total = {agent: 0.0 for agent in agents}
    for order in orders:
        for place, agent in enumerate(order):
            total[agent] += table[frozenset(order[: place + 1])][0] - table[frozenset(order[:place])][0]
    return {agent: value / len(orders) for agent, value in total.items()}


def removal(episode: Episode, agents: tuple[str, ...]) -> Credit:
    """What is lost without each agent."""
    table, team = coalition_values(episode), frozenset(agents)
    return {agent: table[team][0] - table[team - {agent}][0] for agent in agents}


def against(episode: Episode, baseline: Callable[[Record], float]) -> dict[str, float]:
    """Value of each act's taken option over a baseline, from `policy.q`."""
    return {act["id"]: act["policy"]["q"][act["policy"]["chosen"]] - baseline(act) for act in episode.of("action")}


def default_value(act: Record) -> float:
    """Baseline: the default action."""
    return float(act["policy"]["q"][act["default"]])


def policy_mean(act: Record) -> float:
    """Baseline: the mean over the policy."""
    return fsum(prob * act["policy"]["q"][option] for option, prob in act["policy"]["probs"].items())


def plain_mean(act: Record) -> float:
    """Baseline: the plain mean over the options."""
    return fsum(act["policy"]["q"].values()) / len(act["policy"]["q"])


def best(act: Record) -> float:
    """Baseline: the best option."""
    return float(max(act["policy"]["q"].values()))


def critic(act: Record) -> float:
    """Baseline: the state's value."""
    return float(act["policy"]["value"])


def leave_one_out(candidates: list[Record]) -> float:
    """Advantage of the taken candidate over the mean of the others."""
    played = [row for row in candidates if not row.get("extra")]
    taken = next(row for row in played if row.get("real"))
    others = [measured(row)[0] for row in played if row is not taken]
    return measured(taken)[0] - fsum(others) / len(others)


def over_policy(candidates: list[Record]) -> float:
    """Advantage of the taken candidate over the mean of all, weighted by the policy."""
    played = [row for row in candidates if not row.get("extra")]
    taken = next(row for row in played if row.get("real"))
    return measured(taken)[0] - fsum(row["prob"] * measured(row)[0] for row in played)


def replay_credit(episode: Episode, advantage: Callable[[list[Record]], float] = leave_one_out) -> dict[str, float]:
    """The advantage of every act that has a replay group."""
    return {act: advantage(rows) for act, rows in episode.counterfactuals("replay").items()}


def activity(episode: Episode, agents: Iterable[str], kinds: tuple[str, ...]) -> Credit:
    """The return shared out by the number of records of each agent."""
    count = episode.per_agent({node: 1.0 for node, record in episode.nodes.items() if record["type"] in kinds}, agents)
    return {agent: episode.end["return"] * number / sum(count.values()) for agent, number in count.items()}


def propagated(episode: Episode) -> dict[str, float]:
    """Every reward sent back along the parents: each act keeps a part and passes the rest on."""
    relevance: dict[str, float] = defaultdict(float)
    for reward in episode.of("reward"):
        for act in reward["of"]:
            relevance[act] += reward["value"] / len(reward["of"])
    kept = {}
    for node in reversed(topological(episode)):
        parents = episode.nodes[node]["parents"]
        kept[node] = relevance[node] * (KEEP if parents else 1.0)
        for parent in parents:
            relevance[parent] += (relevance[node] - kept[node]) / len(parents)
    return kept


def topological(episode: Episode) -> list[str]:
    """Acts and messages, parents first; fails on a cycle or a dangling parent."""
    order: list[str] = []
    state: dict[str, int] = {}

    def visit(node: str) -> None:
        check(f"no cycle through {node}", state.get(node) != 1)
        if node in state:
            return
        state[node] = 1
        for parent in episode.nodes[node]["parents"]:
            visit(parent)
        state[node] = 2
        order.append(node)

    for node in episode.nodes:
        visit(node)
    return order


# What every sample must satisfy.


def check_file(name: str) -> int:
    """The rules of the format that concern all samples; returns the number of lines."""
    raw = (SAMPLES / f"{name}.jsonl").read_bytes()
    check(f"{name} ends with a line feed", raw.endswith(b"\n"))
    records = [json.loads(line) for line in raw.splitlines()]
    check(f"{name} starts with its run header", records[0]["type"] == "run" and records[0]["credit_log"] == 1)
    writers = defaultdict(list)
    for record in records:
        writers[record.get("rank", 0)].append(record["seq"])
    check(f"{name}: no gap in seq", all(seen == list(range(len(seen))) for seen in writers.values()))
    for label, episode in read(name).items():
        check_references(f"{name}/{label}", episode)
        check_policies(f"{name}/{label}", episode)
        check_states(f"{name}/{label}", episode)
        check_return(f"{name}/{label}", episode)
    return len(records)


def check_references(label: str, episode: Episode) -> None:
    """Ids are unique, everything referred to exists, and causes come before effects in time."""
    ids = [record["id"] for record in episode.records if "id" in record]
    check(f"{label}: unique ids", len(ids) == len(set(ids)))
    known, nodes = set(ids), episode.nodes
    for record in episode.records:
        named = [*record.get("parents", ()), *record.get("after", ())]
        named += [record["reward"]] if "reward" in record else []
        named += [record["of"]] if isinstance(record.get("of"), str) else record.get("of", ())
        named += [item["of"] for item in record.get("items", ()) if "of" in item]
        check(f"{label}: {named} resolve", all(one in known for one in named))
        late = [one for one in record.get("parents", ()) if nodes[one]["ts"] > record["ts"]]
        check(f"{label}: parents of {record.get('id')} are not later", not late)
    check(f"{label}: acyclic", len(topological(episode)) == len(nodes))
    groups = {record["group"] for record in episode.of("counterfactual")}
    for record in episode.of("credit"):
        wanted = record["params"].get("counterfactual")
        check(f"{label}: {wanted} is logged", wanted is None or wanted in groups)


def check_policies(label: str, episode: Episode) -> None:
    """Probabilities are proper, and the chosen and the default option are among the options."""
    for action in episode.of("action"):
        policy, name = action.get("policy", {}), action["id"]
        if "probs" in policy:
            check(f"{label}: probabilities of {name}", abs(fsum(policy["probs"].values()) - 1.0) < 1e-9)
            check(f"{label}: options of {name}", {policy["chosen"], action["default"]} <= policy["probs"].keys())
        if "q" in policy:
            check(f"{label}: values of {name}", policy["q"].keys() == policy["probs"].keys())
    for kind in ("q_value", "default_action", "null_action", "replay"):
        for act, rows in episode.counterfactuals(kind).items():
            taken = [row["action"] for row in rows if row.get("real")]
            chosen = episode.nodes[act]["policy"]["chosen"]
            check(f"{label}: {kind} of {act} holds the taken option once", taken == [chosen])
            check(f"{label}: {kind} of {act} numbers its rows", len({row["j"] for row in rows}) == len(rows))


def check_states(label: str, episode: Episode) -> None:
    """The patches apply to the initial state in order of time."""
    states = sorted(episode.of("state"), key=lambda record: record["ts"])
    whole = states[0]["state"]
    for record in states[1:]:
        scope = whole["env"] if record["scope"] == "env" else whole["agents"][record["scope"]]
        for change in record["delta"]:
            *way, last = change["path"].strip("/").split("/")
            place = scope
            for name in way:
                place = place[name]
            check(f"{label}: {change['path']} exists", last in place)
            if change["op"] == "remove":
                del place[last]
            else:
                place[last] = change["value"]


def check_return(label: str, episode: Episode) -> None:
    """Rewards add up to the return, and the status follows from it."""
    if episode.of("episode_end"):
        end = episode.end
        total = fsum(reward["value"] for reward in episode.of("reward"))
        check(f"{label}: rewards add up", abs(total - end["return"]) < CLOSE)
        check(f"{label}: status", (end["status"] == "success") == (end["return"] == 1.0))
    for reward in episode.of("reward"):
        if "components" in reward:
            check(f"{label}: components", abs(fsum(reward["components"].values()) - reward["value"]) < CLOSE)


def check_shapley(label: str, episode: Episode, agents: tuple[str, ...]) -> Credit:
    """The declared Shapley values are those of the logged coalitions, and add up."""
    mine, declared = shapley(episode, agents), episode.credit("shapley_values")
    for item in declared["items"]:
        check(f"{label}: Shapley value of {item['agent']}", abs(mine[item["agent"]] - item["value"]) < CLOSE)
    table = coalition_values(episode)
    check(f"{label}: all coalitions", len(table) == 2 ** len(agents))
    total = table[frozenset(agents)][0] - table[frozenset()][0]
    check(f"{label}: efficient", abs(fsum(item["value"] for item in declared["items"]) - total) < CLOSE)
    return mine


def check_difference(label: str, episode: Episode, kind: str) -> None:
    """The declared difference rewards are those of the logged values."""
    tables = episode.counterfactuals(kind)
    for item in episode.credit("difference_rewards")["items"]:
        rows, act = tables[item["of"]], episode.nodes[item["of"]]
        taken = measured(next(row for row in rows if row.get("real")))[0]
        default = measured(next(row for row in rows if row["action"] == act["default"]))[0]
        check(f"{label}: difference reward of {item['of']}", abs(taken - default - item["value"]) < CLOSE)


# What each sample is there to show.


def saboteur() -> None:
    """Every counterfactual method blames the porter; the naive ones blame those it misled."""
    episode = read("forage-saboteur")["forage-saboteur"]
    show("forage-saboteur", episode)
    shares = check_shapley("saboteur", episode, FORAGERS)
    check_difference("saboteur", episode, "q_value")
    for act, rows in episode.counterfactuals("q_value").items():
        q = episode.nodes[act]["policy"]["q"]
        check(f"saboteur: q of {act}", all(abs(q[row["action"]] - row["value"]) < CLOSE for row in rows))
    error = {item["agent"]: item["std"] for item in episode.credit("shapley_values")["items"]}
    check("saboteur: porter's Shapley value is surely negative", shares["porter"] + 3 * error["porter"] < 0)
    measuring = {
        "shapley": shares,
        "removal": removal(episode, FORAGERS),
        "difference (default)": episode.per_agent(against(episode, default_value), FORAGERS),
        "coma (policy)": episode.per_agent(against(episode, policy_mean), FORAGERS),
        "aristocrat (uniform)": episode.per_agent(against(episode, plain_mean), FORAGERS),
        "regret (best)": episode.per_agent(against(episode, best), FORAGERS),
        "critic (value)": episode.per_agent(against(episode, critic), FORAGERS),
        "replay leave-one-out": episode.per_agent(replay_credit(episode), FORAGERS),
    }
    naive = {
        "share by acts": activity(episode, FORAGERS, ("action",)),
        "share by messages": activity(episode, FORAGERS, ("message",)),
        "propagation": episode.per_agent(propagated(episode), FORAGERS),
    }
    for method, credit in measuring.items():
        line(method, credit)
        check(f"saboteur: {method} blames the porter", blamed(credit) == ["porter"])
    for method, credit in naive.items():
        line(method, credit)
        check(f"saboteur: {method} does not blame the porter", "porter" not in blamed(credit))
    worst = sorted(against(episode, policy_mean).items(), key=lambda pair: pair[1])[:3]
    print("  worst acts (coma):", ", ".join(f"{act} {value:+.3f}" for act, value in worst))
    check("saboteur: the worst act is the porter's call", worst[0][0].startswith("porter-call"))


def success() -> None:
    """The honest team on the same grid and seed lifts everything, and nobody harms."""
    episode = read("forage-success")["forage-honest"]
    show("forage-success", episode)
    shares = check_shapley("success", episode, FORAGERS)
    check_difference("success", episode, "default_action")
    line("shapley", shares)
    line("difference (default)", episode.per_agent(against(episode, default_value), FORAGERS))
    line("coma (policy)", episode.per_agent(against(episode, policy_mean), FORAGERS))
    check("success: returns 1", episode.end["return"] == 1.0)
    check("success: nobody harms", min(shares.values()) > 0)
    first = read("forage-saboteur")["forage-saboteur"]
    moves = [[act["policy"]["chosen"] for act in one.of("action")] for one in (episode, first)]
    split = next(place for place, (mine, theirs) in enumerate(zip(*moves)) if mine != theirs)
    print("  first divergence from forage-saboteur:", episode.of("action")[split]["id"])


def replays() -> None:
    """Replay groups alone name the scout."""
    episode = read("forage-replays")["forage-erratic-scout"]
    show("forage-replays", episode)
    kinds = {record["kind"] for record in episode.of("counterfactual")}
    check("replays: replay groups only", kinds == {"replay"} and not episode.of("credit"))
    for act, rows in episode.counterfactuals("replay").items():
        played = [row for row in rows if not row.get("extra")]
        check(f"replays: group of {act}", len(rows) >= 4 and all(len(row["returns"]) >= 4 for row in played))
    values = replay_credit(episode)
    credit = episode.per_agent(values, FORAGERS)
    line("replay leave-one-out", credit)
    worst = min(values, key=lambda act: values[act])
    print(f"  worst act: {worst} {values[worst]:+.3f}")
    check("replays: the scout is blamed", blamed(credit) == ["scout"] and worst.startswith("scout-call"))


def developers() -> None:
    """Five development episodes, each with its own kind of data."""
    episodes = read("dev-team")
    for name, episode in episodes.items():
        show(f"dev-team/{name}", episode)
        fault = episode.end["ground_truth"].get("fault")
        print(f"  fault: {fault['agent']} at {fault['act']}" if fault else "  no fault")
        if episode.counterfactuals("replay"):
            line("replay leave-one-out", episode.per_agent(replay_credit(episode), DEVELOPERS))
            values = replay_credit(episode, over_policy)
            line("replay over policy", episode.per_agent(values, DEVELOPERS))
            worst = min(values, key=lambda act: values[act])
            check(f"{name}: the worst replayed act is the fault's", worst == fault["act"] and values[worst] < -CLOSE)
        if coalition_values(episode):
            line("shapley", check_shapley(name, episode, DEVELOPERS))
            line("removal", removal(episode, DEVELOPERS))
    check_difference("merge-repaired", episodes["merge-repaired"], "null_action")
    bare, declared = episodes["duration-loop"], episodes["rotate-weak-test"]
    check("loop: trace and reward only", not bare.of("counterfactual") and not bare.of("credit"))
    check("loop: out of rounds", bare.end["reason"] == "max_steps_exceeded")
    check("weak test: declared credit only", not declared.of("counterfactual") and len(declared.of("credit")) == 2)
    line("declared leave_one_out", declared.credit("leave_one_out")["agents"])


def live() -> None:
    """Interleaved, late, streamed; one episode open."""
    episodes = read("live-interleaved")
    order = [json.loads(text).get("episode") for text in (SAMPLES / "live-interleaved.jsonl").read_text().splitlines()]
    switches = sum(a != b for a, b in pairwise(order))
    early = streamed = 0
    for episode in episodes.values():
        seen: set[str] = set()
        for record in episode.records:
            early += any(parent not in seen for parent in record.get("parents", ()))
            seen.add(record.get("id", ""))
        streamed += len(episode.of("counterfactual"))
    still_open = [name for name, episode in episodes.items() if not episode.of("episode_end")]
    ends = {name: one.end["return"] for name, one in episodes.items() if one.of("episode_end")}
    print(f"live-interleaved: returns {ends}, open {still_open}, {switches} switches between episodes,")
    print(f"  {early} records before a parent, {streamed} candidates streamed")
    check("live: interleaved and late", switches > 50 and early > 20 and streamed > 50)
    check("live: one open episode of several", len(still_open) == 1 and len(episodes) >= 3)


# Per game: Shapley, removal, first in, difference against the default option and against the policy's mean.
THIRD = 1 / 3
KNOWN: dict[str, dict[str, tuple[float, float, float, float, float]]] = {
    "or": {agent: (THIRD, 0.0, 1.0, 0.0, 0.0) for agent in ("north", "east", "south")},
    "xor": {agent: (0.0, -1.0, 1.0, -1.0, -0.5) for agent in ("left", "right")},
    "and": {agent: (THIRD, 1.0, 0.0, 1.0, 0.5) for agent in ("first", "second", "third")},
    "lazy": {"worker": (0.625, 0.625, 0.625, 0.625, 0.3125), "helper": (0.375, 0.375, 0.375, 0.375, 0.1875),
             "idler": (0.0, 0.0, 0.0, 0.0, 0.0)},
    "saboteur": {"worker": (0.625, 0.625, 0.625, 0.625, 0.3125), "helper": (0.375, 0.375, 0.375, 0.375, 0.1875),
                 "saboteur": (-0.5, -0.5, -0.5, -0.5, -0.25)},
    "redundancy": {"copy-1": (1 / 6, 0.0, 0.0, 0.0, 0.0), "copy-2": (1 / 6, 0.0, 0.0, 0.0, 0.0),
                   "writer": (2 / 3, 1.0, 0.0, 1.0, 0.5)},
    "delayed": {"scout": (1.0, 1.0, 1.0, 1.0, 2 / 3), "carrier": (0.0, 0.0, 0.0, 0.0, 0.0)},
}


def truths() -> None:
    """Small games: every method gives what the game's rule says it must."""
    for game, known in KNOWN.items():
        episode, agents = read(f"truth-{game}")[f"truth-{game}"], tuple(known)
        show(f"truth-{game}", episode)
        check_difference(f"truth-{game}", episode, "default_action")
        table = coalition_values(episode)
        alone = {agent: table[frozenset({agent})][0] - table[frozenset()][0] for agent in agents}
        tables = episode.counterfactuals("default_action").items()
        taken = {act: next(row["returns"][0] for row in rows if row.get("real")) for act, rows in tables}
        default = {act: next(row["returns"][0] for row in rows if row["action"] == episode.nodes[act]["default"])
                   for act, rows in tables}
        policy = {act: fsum(row["prob"] * row["returns"][0] for row in rows) for act, rows in tables}
        less = [episode.per_agent({act: taken[act] - base[act] for act in taken}, agents) for base in (default, policy)]
        methods = (check_shapley(f"truth-{game}", episode, agents), removal(episode, agents), alone, *less)
        for name, credit, place in zip(("shapley", "removal", "first in", "difference", "policy"), methods, range(5)):
            line(name, credit)
            wanted = {agent: values[place] for agent, values in known.items()}
            check(f"{game}: {name}", all(abs(credit[agent] - wanted[agent]) < 1e-12 for agent in agents))
        check(f"{game}: declared returns", all(abs(value - episode.end["return"]) < 1e-12 for value in taken.values()))
    messages = activity(read("truth-lazy")["truth-lazy"], KNOWN["lazy"], ("message",))
    check("lazy: all the talk is the idler's", blamed(messages) == ["worker", "helper"])
    episode = read("truth-saboteur")["truth-saboteur"]
    passed = episode.per_agent(propagated(episode), KNOWN["saboteur"])
    check("saboteur: propagation praises it most", max(passed, key=lambda agent: passed[agent]) == "saboteur")
    early = replay_credit(read("truth-delayed")["truth-delayed"])
    check("delayed: replays find the pick", early == {"scout-pick": 1.0, "carrier-walk-5": 0.0})


def show(label: str, episode: Episode) -> None:
    """One line on how an episode ended."""
    end = episode.end
    print(f"{label}: {end['status']}, return {end['return']}, {end['steps']} steps, {end['reason']}")


def line(method: str, credit: Credit) -> None:
    """One line of credit, and who has least of it."""
    values = "  ".join(f"{agent} {value:+.3f}" for agent, value in credit.items())
    print(f"  {method:<24}{values}   least: {', '.join(blamed(credit))}")


def blamed(credit: Credit) -> list[str]:
    """The agents with the least credit."""
    least = min(credit.values())
    return [agent for agent, value in credit.items() if value - least < 1e-9]


def rerecord() -> None:
    """Records everything again and compares the bytes."""
    with tempfile.TemporaryDirectory() as scratch:
        for recorder in RECORDERS:
            subprocess.run([sys.executable, HERE / recorder, scratch], check=True, stdout=subprocess.DEVNULL)
        for name in FILES:
            again = (Path(scratch) / f"{name}.jsonl").read_bytes()
            check(f"{name} is recorded the same again", again == (SAMPLES / f"{name}.jsonl").read_bytes())
    print("recorded again: identical bytes")


def main() -> None:
    """Checks all samples."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rerecord", action="store_true", help="also record again and compare")
    args = parser.parse_args()
    for name in FILES:
        print(f"{name}.jsonl: {check_file(name)} records, {(SAMPLES / f'{name}.jsonl').stat().st_size} bytes")
    for shown in (saboteur, success, replays, developers, live, truths):
        shown()
    if args.rerecord:
        rerecord()
    print("all claims hold")


if __name__ == "__main__":
    main()
