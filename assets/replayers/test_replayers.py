"""The replayers, each with its real library: `PYTHONPATH=../python python3 -m unittest test_replayers` in this folder.

A test is skipped with a word why where a library is missing, or creditscope is (set CREDITSCOPE to its path). All runs of the
sample logs were drawn by known seeds, so a replayer with `--luck recorded` must give them again, run by run.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent.parent / "sample-logs"
for folder in (HERE.parent / "python", SAMPLES / "recorders"):
    sys.path.append(str(folder))

from credit_math import mean, shapley, shapley_error, spread  # noqa: E402
from creditlog import CreditLog  # noqa: E402

PROGRAM = os.environ.get("CREDITSCOPE") or shutil.which("creditscope")
FORAGERS, DEVELOPERS = ("scout", "lifter", "porter", "runner"), ("planner", "coder", "tester")


def needs(*modules: str) -> Any:
    """Skips where one of these is not installed."""
    missing = [it for it in modules if importlib.util.find_spec(it) is None]
    return unittest.skipIf(missing, f"not installed: {', '.join(missing)}")


def recipe(name: str) -> Any:
    """A recipe of the log writer, which may have the name of a replayer."""
    spec = importlib.util.spec_from_file_location(f"recipe_{name}", HERE.parent / "python" / "recipes" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Replayer(unittest.TestCase):
    """Speaks to a replayer of this folder."""

    log: Path
    child: Optional[subprocess.Popen] = None

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="replayers-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.asked = 0

    def environment(self) -> dict[str, str]:
        path = [str(HERE.parent / "python"), str(self.folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "RAY_USAGE_STATS_ENABLED": "0"}

    def begin(self, name: str, *arguments: str) -> None:
        self.end()
        self.errors = open(self.folder / "stderr", "w")
        self.child = subprocess.Popen([sys.executable, str(HERE / name), *arguments], text=True, env=self.environment(),
                                      cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        self.addCleanup(self.end)
        self.hello = self.call("initialize", protocol=1)["result"]

    def end(self) -> None:
        if self.child is None:
            return
        child, self.child = self.child, None
        with suppress(OSError):
            child.stdin.close()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()
        self.errors.close()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self.asked += 1
        self.child.stdin.write(json.dumps({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}) + "\n")
        self.child.stdin.flush()
        for line in self.child.stdout:
            with suppress(ValueError):
                message = json.loads(line)
                if message.get("id") == self.asked:
                    return message
        self.fail(f"it ended: {(self.folder / 'stderr').read_text()[-2000:]}")

    def replay(self, episode: str, *interventions: Any, samples: int = 1, seed: int = 1) -> dict[str, Any]:
        said = self.call("replay", episode=episode, interventions=interventions, samples=samples, seed=seed, log=str(self.log))
        self.assertIn("result", said, said)
        return said["result"]

    def refused(self, episode: str, *interventions: Any) -> str:
        return self.call("replay", episode=episode, interventions=interventions, log=str(self.log))["error"]["message"]

    def records(self, kind: str, episode: Optional[str] = None) -> list[dict[str, Any]]:
        rows = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [row for row in rows if row.get("kind", row["type"]) == kind and episode in (None, row["episode"])]

    def gives_what_is_logged(self) -> int:
        """Replays every candidate of every replay group by the luck of the recorder; how many there were."""
        count = 0
        for group in self.records("replay"):
            for it in group["candidates"]:
                if not it.get("extra"):
                    change = {"do": "replace", "act": group["of"], "action": it["action"]}
                    said = self.replay(group["episode"], change, samples=len(it["returns"]))
                    self.assertEqual((said["returns"], said["next_actions"]), (it["returns"], it["next"]), (group["of"], it["j"]))
                    count += 1
        return count

    def table(self, agents: tuple[str, ...], episode: str, samples: int, rows: Any) -> dict[frozenset[str], list[float]]:
        """The returns of these coalitions, the others doing nothing."""
        absent = lambda row: [{"do": "null", "agent": it} for it in agents if it not in row]
        return {frozenset(row): self.replay(episode, *absent(row), samples=samples)["returns"] for row in rows}


@needs("lbforaging", "gymnasium", "numpy")
class Forage(Replayer):
    log = SAMPLES / "forage-saboteur.jsonl"

    def test_every_logged_replay_is_given_again(self):
        self.log = SAMPLES / "forage-replays.jsonl"
        self.begin("forage.py", "--luck", "recorded")
        self.assertEqual(self.gives_what_is_logged(), 66)

    def test_half_a_table_is_completed_to_the_values_of_the_whole(self):
        logged = self.records("coalition")[0]["coalitions"]
        whole = {frozenset(it["agents"]): it["value"] for it in logged}
        missing = [it["agents"] for it in logged[1::2]]
        self.begin("forage.py", "--luck", "recorded")
        table = whole | {row: mean(got) for row, got in self.table(FORAGERS, "forage-saboteur", 256, missing).items()}
        full, ours = shapley(FORAGERS, whole), shapley(FORAGERS, table)
        for agent in FORAGERS:  # The log has six digits.
            self.assertAlmostEqual(full[agent], ours[agent], delta=1e-6)

    def test_new_luck_agrees_within_the_intervals(self):
        logged = self.records("coalition")[0]["coalitions"]
        value = {frozenset(it["agents"]): it["value"] for it in logged}
        error = {frozenset(it["agents"]): it["std"] / math.sqrt(it["n"]) for it in logged}
        self.begin("forage.py")
        got = self.table(FORAGERS, "forage-saboteur", 64, [it["agents"] for it in logged[1::2]])
        ours = shapley(FORAGERS, value | {row: mean(it) for row, it in got.items()})
        errors = shapley_error(FORAGERS, error | {row: spread(it) / 8 for row, it in got.items()})
        for agent, full in shapley(FORAGERS, value).items():
            both = math.hypot(errors[agent], shapley_error(FORAGERS, error)[agent])
            self.assertLess(abs(full - ours[agent]), 3.3 * both, agent)  # One in a thousand each.
        self.assertEqual(min(ours, key=ours.get), "porter")

    def test_agents_that_keep_to_the_log_repeat_the_episode(self):
        self.begin("forage.py")
        keep = [{"do": "keep", "agent": it} for it in FORAGERS]
        self.assertEqual(self.replay("forage-saboteur", *keep, samples=3)["returns"], [0.25] * 3)
        anew = [{"do": "resample", "agent": "porter"}, *keep[:2], keep[3]]
        self.assertGreater(len(set(self.replay("forage-saboteur", *anew, samples=32)["returns"])), 1)
        self.assertIn("keeps to what it did", self.refused("forage-saboteur", {"do": "resample", "agent": "porter"}))

    def test_what_cannot_be_is_refused(self):
        self.begin("forage.py")
        of = lambda **change: self.refused("forage-saboteur", change)
        self.assertEqual(of(do="replace", act="porter-call-09", action="fly"),
                         "ValueError: porter cannot do 'fly' at porter-call-09: it can plum, melon, gourd, silent")
        self.assertIn("no act 'x-1'", of(do="keep", act="x-1"))
        self.assertIn("cannot remove", of(do="remove", agent="porter"))
        self.assertIn("no start of episode 'nobody'", self.refused("nobody"))

    def test_another_environment_is_noticed(self):
        other = self.folder / "other.jsonl"
        other.write_text(self.log.read_text().replace('"group":"layout-20"', '"group":"layout-21"'))
        self.log = other
        self.begin("forage.py")
        self.assertIn("another environment", self.refused("forage-saboteur", {"do": "keep", "act": "porter-call-09"}))


class Devteam(Replayer):
    log = SAMPLES / "dev-team.jsonl"

    def test_every_logged_replay_is_given_again(self):
        self.begin("devteam.py", "--luck", "recorded")
        self.assertEqual(self.gives_what_is_logged(), 29)

    def test_every_logged_coalition_is_given_again(self):
        self.begin("devteam.py", "--luck", "recorded")
        for record in self.records("coalition"):
            rows = {frozenset(it["agents"]): it["returns"] for it in record["coalitions"]}
            self.assertEqual(self.table(DEVELOPERS, record["episode"], 32, map(tuple, rows)), rows)

    def test_developers_that_keep_to_the_log_repeat_the_episode(self):
        self.begin("devteam.py")
        keep = [{"do": "keep", "agent": it} for it in DEVELOPERS]
        for end in self.records("episode_end"):
            self.assertEqual(self.replay(end["episode"], *keep)["returns"], [end["return"]], end["episode"])

    def test_what_cannot_be_is_refused(self):
        self.begin("devteam.py")
        of = lambda **change: self.refused("duration-forgotten", change)
        self.assertIn("coder cannot do 'sleep' at coder-1: it can", of(do="replace", act="coder-1", action="sleep"))
        self.assertIn("'tester-run-1' is no decision", of(do="keep", act="tester-run-1"))
        self.assertEqual(len(self.replay("duration-forgotten", {"do": "null", "act": "coder-1"}, samples=4)["returns"]), 4)

    @unittest.skipIf(PROGRAM is None, "no creditscope: set CREDITSCOPE to its path")
    def test_creditscope_completes_half_a_table_to_the_last_digit(self):
        half, episode = self.folder / "half.jsonl", "merge-underspecified"
        with half.open("w") as out:
            for row in map(json.loads, self.log.read_text().splitlines()):
                if row.get("kind") == "coalition":
                    row["coalitions"] = row["coalitions"][::2]
                out.write(json.dumps(row) + "\n")
        command = f"'{sys.executable}' '{HERE / 'devteam.py'}' --luck recorded"
        run = lambda *words: subprocess.run([PROGRAM, *words], capture_output=True, text=True, env=self.environment(),
                                            stdin=subprocess.DEVNULL)
        ask = ("replay", str(half), "--episode", episode, "--samples", "32", "--yes", "--replayer", command)
        done = run(*ask)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^same\? +yes: ")
        self.assertIn("4 logged, 4 to run x 32 = 128 runs", done.stdout)
        self.assertIn("8 logged, 0 to run", run(*ask, "--dry-run").stdout)
        report = lambda log: json.loads(run("report", str(log), "--episode", episode, "--method", "shapley", "--format",
                                            "json").stdout)["credit"]["agents"]
        full, ours = ({it["agent"]: it["value"] for it in report(log)} if isinstance(report(log), list) else report(log)
                      for log in (self.log, half))
        self.assertEqual(set(full), set(DEVELOPERS))
        for agent in DEVELOPERS:
            self.assertAlmostEqual(full[agent], ours[agent], delta=1e-12)


@needs("pettingzoo", "mpe2", "numpy")
class Spread(Replayer):
    """simple_spread of MPE, each agent going to the landmark of its number."""

    POLICY = """
def act(agent, seen, space, luck):
    at = 4 + 2 * int(agent.rsplit("_", 1)[1])
    right, up = seen[at], seen[at + 1]
    return (2 if right > 0 else 1) if abs(right) > abs(up) else (4 if up > 0 else 3)

def hasty(agent, seen, space, luck):
    return luck.randrange(space.n) if luck.random() < 0.3 else act(agent, seen, space, luck)
"""

    def setUp(self):
        super().setUp()
        (self.folder / "spread_policy.py").write_text(self.POLICY)
        space: dict[str, Any] = {}
        exec(self.POLICY, space)
        from mpe2 import simple_spread_v3
        play = recipe("pettingzoo_parallel").play
        self.log = self.folder / "spread.jsonl"
        env, luck = simple_spread_v3.parallel_env(), random.Random(1)
        env.reset(seed=0)
        log, self.earned = CreditLog(self.log, run="mpe"), {}
        for name in ("act", "hasty"):
            of = lambda agent, seen, name=name: space[name](agent, seen, env.action_space(agent), luck)
            self.earned[name] = play(env, of, log, name, seed=5)[1]
        log.close()

    def start(self, policy: str, *more: str) -> None:
        self.begin("pettingzoo_parallel.py", "--env", "mpe2.simple_spread_v3", "--policy", f"spread_policy:{policy}", *more)

    def test_a_policy_without_chance_repeats_the_episode_from_every_act(self):
        self.start("act", "--deterministic")
        self.assertTrue(self.hello["deterministic"])
        team = sum(self.earned["act"].values())
        whole = self.replay("act", samples=2)
        self.assertEqual(whole["rewards"], [self.earned["act"]] * 2)
        for act in self.records("action", "act")[::7]:
            [got] = self.replay("act", {"do": "keep", "act": act["id"]})["returns"]
            self.assertAlmostEqual(got, team, delta=1e-9)

    def test_agents_that_keep_to_the_log_repeat_an_episode_of_chance(self):
        self.start("hasty")
        names = list(self.earned["hasty"])
        said = self.replay("hasty", *({"do": "keep", "agent": it} for it in names))
        self.assertEqual(said["rewards"], [self.earned["hasty"]])
        self.assertEqual(len(set(self.replay("hasty", samples=4)["returns"])), 4)
        last = self.records("action", "hasty")[-1]
        self.assertAlmostEqual(self.replay("hasty", {"do": "keep", "act": last["id"]})["returns"][0],
                               sum(self.earned["hasty"].values()), delta=1e-9)

    def test_doing_nothing_is_worth_less(self):
        self.start("act")
        nobody = [{"do": "null", "agent": it} for it in self.earned["act"]]
        self.assertLess(self.replay("act", *nobody)["returns"][0], sum(self.earned["act"].values()))

    def test_what_cannot_be_is_refused(self):
        self.start("act")
        first = self.records("action", "act")[0]["id"]
        self.assertIn("77 is no action of agent_0", self.refused("act", {"do": "replace", "act": first, "action": 77}))
        self.assertIn("no act 'x'", self.refused("act", {"do": "keep", "act": "x"}))
        self.assertIn("can be removed", self.refused("act", {"do": "remove", "agent": "agent_0"}))

    def test_another_environment_is_noticed(self):
        text = self.log.read_text()
        self.log = self.folder / "other.jsonl"
        self.log.write_text(text.replace('"seed":"5"', '"seed":"6"'))
        self.assertNotEqual(text, self.log.read_text())
        self.start("act")
        first = self.records("action", "act")[0]["id"]
        self.assertIn("another environment", self.refused("act", {"do": "keep", "act": first}))


class Template(Replayer):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "run.jsonl"
        log = CreditLog(self.log, run="llm")
        with log.episode("e", agents=["ada", "bob"]) as episode:
            for number, said in enumerate(["right", "wrong", "right", {"tool": "sh"}]):
                episode.action(("ada", "bob")[number % 2], said, id=f"t{number}", parents=[])
            episode.reward(0.5)
            episode.end("failure")
        log.close()

    def test_what_was_said_before_stays_and_the_rest_is_asked_again(self):
        (self.folder / "model.py").write_text("def ask(agent, history, seed):\n    return 'right'\n")
        self.begin("llm_template.py", "model:ask")
        of = lambda *changes: self.replay("e", *changes)["returns"][0]
        self.assertEqual(of(), 1.0)
        self.assertEqual(of({"do": "keep", "act": "t1"}), 0.75)
        self.assertEqual(of({"do": "replace", "act": "t1", "action": "right"}), 1.0)
        self.assertEqual(of({"do": "null", "act": "t2"}), 0.5)
        self.assertEqual(of(*({"do": "keep", "agent": it} for it in ("ada", "bob"))), 0.5)
        self.assertEqual(of({"do": "remove", "agent": "bob"}), 1.0)

    def test_it_runs_without_a_model(self):
        self.begin("llm_template.py")
        got = self.replay("e", samples=400)["returns"]
        # Three in four of 1600 turns: 0.75 and an error of 0.0108.
        self.assertAlmostEqual(mean(got), 0.75, delta=0.036)
        self.assertEqual(self.replay("e", samples=400)["returns"], got)


class Judge(Replayer):
    log = SAMPLES / "dev-team.jsonl"

    def judged(self, program: str, *options: str) -> dict[str, Any]:
        self.begin("judge_command.py", *options, sys.executable, "-c", program)
        self.assertEqual(self.hello["capabilities"], ["judge"])
        return self.call("judge", episode="e", acts=[{"id": "a1", "agent": "ada"}])

    def test_the_word_of_a_command(self):
        said = self.judged("import json, sys\nasked = json.load(sys.stdin)\nprint('thinking')\n"
                           "print(json.dumps({'agent': asked['acts'][0]['agent'], 'act': 'a1', 'probability': 0.5}))")
        self.assertEqual(said["result"], {"agent": "ada", "act": "a1", "probability": 0.5, "reason": ""})
        self.assertIn("cannot replay", self.refused("e"))

    def test_a_command_that_gives_none(self):
        for program, why in [
            ("import sys; sys.exit('no model')", "ended with 1: no model"), ("", "no judgement but ''"),
            ("print('ada')", "no judgement but 'ada'"), ("print('[]')", "no judgement but '[]'"),
            ("print('{\"agent\": 3}')", "gave the agent 3"),
            ("print('{\"agent\": \"a\", \"probability\": NaN}')", "the probability nan"),
        ]:
            self.assertIn(why, self.judged(program)["error"]["message"], program)

    def test_a_command_that_hangs_or_is_not_there(self):
        self.assertIn("within 0.2 s", self.judged("import time; time.sleep(60)", "--seconds", "0.2")["error"]["message"])
        self.begin("judge_command.py", "/no/such/judge")
        self.assertIn("cannot run /no/such/judge", self.call("judge", episode="e", acts=[])["error"]["message"])


@needs("ray")
class Pool(Replayer):
    log = SAMPLES / "dev-team.jsonl"

    def test_two_workers_give_the_returns_of_one_process(self):
        asked = [("merge-repaired", []), ("duration-forgotten", [{"do": "null", "act": "coder-1"}])]
        answers = []
        for command in (["devteam.py"], ["pool.py", "--workers", "2", "devteam:replay"]):
            self.begin(*command)
            answers.append([self.replay(name, *changes, samples=12) for name, changes in asked])
            self.assertEqual(self.hello["name"], "devteam")
        self.assertEqual(*answers)
        self.assertEqual(self.hello["parallel"], 3)

    def test_a_lost_worker_is_run_again_and_what_raises_fails_alone(self):
        (self.folder / "fragile.py").write_text("""
import os, pathlib, signal, time
FOLDER = pathlib.Path(__file__).parent

def replay(request, seed):
    if request.episode == "bad":
        raise KeyError("no such state")
    if request.sample == 3:
        try:
            (FOLDER / "lost").touch(exist_ok=False)
        except FileExistsError:
            return 3
        os.kill(os.getpid(), signal.SIGKILL)
    here = FOLDER / f"at-work-{os.getpid()}"
    here.touch()
    at_once = len(list(FOLDER.glob("at-work-*")))
    time.sleep(0.05)
    here.unlink()
    with open(FOLDER / "at-once", "a") as out:
        out.write(f"{at_once} ")
    return request.sample
""")
        self.begin("pool.py", "--workers", "2", "--at-once", "4", "fragile:replay")
        self.assertEqual(self.replay("good", samples=10)["returns"], [float(it) for it in range(10)])
        self.assertTrue((self.folder / "lost").exists())
        self.assertEqual(self.refused("bad"), "KeyError: no such state")
        self.assertEqual(max(map(int, (self.folder / "at-once").read_text().split())), 2)


class Missing(unittest.TestCase):
    def test_a_pool_without_ray_says_so(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "ray.py").write_text("raise ImportError('no ray')\n")
            path = os.pathsep.join([folder, str(HERE.parent / "python")])
            done = subprocess.run([sys.executable, str(HERE / "pool.py"), "forage:replay"], capture_output=True, text=True,
                                  env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.DEVNULL)
        self.assertEqual((done.returncode, done.stderr.strip()), (1, "pool.py needs Ray: pip install -r requirements.txt"))


if __name__ == "__main__":
    unittest.main()
