"""`creditreplay`: what a replayer hears and says, in a process of its own, as creditscope runs it."""

from __future__ import annotations

import ast
import contextlib
import gzip
import json
import os
import subprocess
import sys
import time
import unittest

from support import PYTHON, Case

from creditreplay import KEEP, NULL, RESAMPLE, Intervention, Request

LOG = [
    {"type": "run", "run": "r1"},
    {"type": "episode_start", "episode": "e", "seed": 7},
    {"type": "action", "episode": "e", "id": "a1", "agent": "ada"},
    {"type": "action", "episode": "other", "id": "x", "agent": "ada"},
    {"type": "action", "episode": "e", "id": "b1", "agent": "bob"},
    {"type": "action", "episode": "e", "id": "a2", "agent": "ada"},
    {"type": "run", "run": "r2"},
    {"type": "action", "episode": "e", "id": "a1", "agent": "eve"},
]


class Spoken(Case):
    """A replayer whose `replay` has this body, and what it answers."""

    def begin(self, body: str, options: str = "", before: str = "") -> subprocess.Popen:
        lines = "\n".join(f"    {it}" for it in body.splitlines())
        program = f"import os, sys, time, threading\nfrom creditreplay import Cancelled, Outcome, serve\n{before}\n" \
                  f"def replay(request, seed):\n{lines}\nserve(replay, {options})\n"
        child = subprocess.Popen([sys.executable, "-c", program], text=True, encoding="utf-8", env=self.environment(),
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, child)
        return child

    def environment(self):
        return {**os.environ, "PYTHONPATH": str(PYTHON)}

    def end(self, child):
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            with contextlib.suppress(OSError):
                pipe.close()

    def say(self, child, method, identity=None, **params):
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        self.write(child, json.dumps(message if identity is None else {**message, "id": identity}) + "\n")

    def write(self, child, text):
        child.stdin.write(text)
        child.stdin.flush()

    def hear(self, child):
        """The next line that is no progress."""
        while True:
            message = json.loads(child.stdout.readline(), parse_constant=self.fail)
            self.assertEqual(message.pop("jsonrpc"), "2.0")
            if message.get("method") != "progress":
                return message

    def asked(self, body, options="", before="", **params):
        """The answer to one request."""
        child = self.begin(body, options, before)
        self.say(child, "replay", 1, **{"episode": "e", **params})
        return self.hear(child)

    def refused(self, body, **params):
        """Why one request fails."""
        answer = self.asked(body, **params)
        self.assertEqual(answer["id"], 1)
        return answer["error"]["message"]


class Protocol(Spoken):
    def test_it_says_what_it_is(self):
        child = self.begin("return 1", 'name="n", version="2", capabilities=("null", "replace"), parallel=3')
        self.say(child, "initialize", 1, protocol=1, client="a test")
        self.assertEqual(self.hear(child), {"id": 1, "result": {
            "protocol": 1, "name": "n", "version": "2", "capabilities": ["null", "replace"], "deterministic": False,
            "parallel": 3}})

    def test_the_same_request_gives_the_same_returns_and_the_first_of_more_are_those_of_fewer(self):
        child = self.begin("return seed")
        for identity, seed, samples in [(1, 5, 4), (2, 5, 4), (3, 5, 2), (4, 6, 4)]:
            self.say(child, "replay", identity, episode="e", seed=seed, samples=samples)
        first, again, fewer, other = (self.hear(child)["result"]["returns"] for _ in range(4))
        self.assertEqual((first, first[:2]), (again, fewer))
        self.assertEqual(len({*first, *other}), 8)

    def test_a_run_knows_its_number_and_what_is_asked(self):
        answer = self.asked("assert request.instead('a1', 'ada').action == {'say': 'ü'}\nreturn request.sample", samples=3,
                            interventions=[{"do": "replace", "act": "a1", "action": {"say": "ü"}}])
        self.assertEqual(answer["result"], {"returns": [0.0, 1.0, 2.0]})

    def test_a_function_of_the_request_alone_will_do(self):
        answer = self.asked("return 0", "", "import creditreplay.server as s\nserve = lambda _: s.serve(lambda request: 7)")
        self.assertEqual(answer["result"]["returns"], [7.0])

    def test_own_rewards_and_next_actions_come_with_the_returns(self):
        answer = self.asked("return 1, {'ada': 0.25}", samples=2)
        self.assertEqual(answer["result"], {"returns": [1.0, 1.0], "rewards": [{"ada": 0.25}, {"ada": 0.25}]})
        answer = self.asked("return Outcome(2, next_action={'go': request.sample})", samples=2)
        self.assertEqual(answer["result"], {"returns": [2.0, 2.0], "next_actions": [{"go": 0}, {"go": 1}]})

    def test_own_rewards_of_some_runs_are_left_out(self):
        answer = self.asked("return (1, {'ada': 1}) if request.sample else 1", samples=2)
        self.assertEqual(answer["result"], {"returns": [1.0, 1.0]})

    def test_a_judge_is_asked(self):
        child = self.begin("return 1", "judge=lambda episode, acts: {'agent': acts[0], 'probability': 0.5}")
        self.say(child, "initialize", 1)
        self.assertIn("judge", self.hear(child)["result"]["capabilities"])
        self.say(child, "judge", 2, episode="e", acts=["ada"])
        self.assertEqual(self.hear(child)["result"], {"agent": "ada", "probability": 0.5})

    def test_progress_says_that_a_long_request_is_alive(self):
        child = self.begin("time.sleep(0.06)\nreturn 1")
        self.say(child, "replay", 9, episode="e", samples=6)
        lines = [json.loads(child.stdout.readline()) for _ in range(2)]
        self.assertEqual((lines[0]["method"], lines[0]["params"]["id"], lines[0]["params"]["of"]), ("progress", 9, 6))
        self.assertTrue(0 < lines[0]["params"]["done"] < 6, lines)

    def test_what_is_no_request_is_answered_and_the_next_is_heard(self):
        child = self.begin("return 1")
        for junk in ["{", "[]", "7", "null", "", '"a"', "[" * 100_000]:
            self.write(child, junk + "\n")
            self.assertEqual(self.hear(child)["error"]["code"], -32700)
        self.say(child, "fly", 2)
        self.assertEqual(self.hear(child)["error"]["code"], -32601)
        self.say(child, "fly")
        for params in ([], {}, {"episode": 1}, {"episode": "e", "samples": 0}, {"episode": "e", "samples": True},
                       {"episode": "e", "seed": "x"}, {"episode": "e", "interventions": [1]}, {"episode": "e", "log": 1},
                       {"episode": "e", "interventions": [{"do": "fly"}]}, {"episode": "e", "interventions": {"a": 1}},
                       {"episode": "e", "interventions": [{"do": "null", "agent": 3}]}):
            self.write(child, json.dumps({"id": 3, "method": "replay", "params": params}) + "\n")
            self.assertEqual(self.hear(child)["error"]["code"], -32602, params)
        self.write(child, json.dumps({"id": [1], "method": "replay", "params": {"episode": "e"}}) + "\n")
        self.assertEqual(self.hear(child)["error"]["code"], -32602)
        for params in ([], {"id": []}, {"id": {}}, {}, {"id": 77}):
            self.write(child, json.dumps({"method": "cancel", "params": params}) + "\n")
        self.say(child, "replay", 4, episode="e")
        self.assertEqual(self.hear(child)["result"]["returns"], [1.0])

    def test_bytes_that_are_no_text_are_answered(self):
        child = self.begin("return 1")
        child.stdin.buffer.write(b'{"id": 1, "method": "\xff"}\n')
        child.stdin.buffer.flush()
        self.assertEqual(self.hear(child)["error"]["code"], -32700)

    def test_names_are_utf_8_in_whatever_place_it_runs(self):
        self.environment = lambda: {**os.environ, "PYTHONPATH": str(PYTHON), "PYTHONIOENCODING": "latin-1", "LC_ALL": "C"}
        child = self.begin("return 1, {request.episode: 1}")
        self.write(child, '{"id": 1, "method": "replay", "params": {"episode": "Zoë – 京"}}\n')
        self.assertEqual(self.hear(child)["result"]["rewards"], [{"Zoë – 京": 1.0}])


class Failures(Spoken):
    def test_no_number_is_no_return(self):
        self.assertEqual(self.refused("return float('nan')"), "ValueError: a return of nan")
        self.assertEqual(self.refused("return float('-inf')"), "ValueError: a return of -inf")
        self.assertEqual(self.refused("return None"), "ValueError: None as a return")
        self.assertEqual(self.refused("return 1, {'ada': float('nan')}"),
                         "ValueError: an own return (ada) of nan")
        self.assertTrue(self.refused("return 'x'").startswith("ValueError: could not convert"))
        self.assertTrue(self.refused("return 1, 2, 3").startswith("ValueError: 3 values of a run"))
        self.assertTrue(self.refused("return 10 ** 400").startswith("OverflowError"))

    def test_an_exception_fails_its_request_alone(self):
        child = self.begin("if request.episode == 'bad':\n    raise KeyError('no such state')\nreturn 1")
        self.say(child, "replay", 1, episode="bad", samples=8)
        self.say(child, "replay", 2, episode="good")
        self.assertEqual(self.hear(child)["error"]["message"], "KeyError: no such state")
        self.assertEqual(self.hear(child)["id"], 2)

    def test_an_environment_that_exits_fails_its_request_alone(self):
        child = self.begin("sys.exit('over') if request.seed else None\nreturn 1")
        self.say(child, "replay", 1, episode="e", seed=1)
        self.say(child, "replay", 2, episode="e")
        self.assertEqual(self.hear(child)["error"]["message"], "SystemExit: over")
        self.assertEqual(self.hear(child)["result"]["returns"], [1.0])

    def test_a_next_action_that_is_no_json_fails_its_request_alone(self):
        self.assertTrue(self.refused("return Outcome(1, next_action=object())").startswith("TypeError"))

    def test_prints_and_processes_of_the_environment_do_not_reach_the_protocol(self):
        child = self.begin("print('loading')\nos.system('echo from a process; cat')\nos.write(1, b'raw')\n"
                           "assert input and sys.stdin.read() == ''\nreturn 1")
        self.say(child, "replay", 1, episode="e")
        self.say(child, "replay", 2, episode="e")
        self.assertEqual([self.hear(child)["id"] for _ in range(2)], [1, 2])
        self.say(child, "shutdown", 3)
        self.assertEqual(self.hear(child), {"id": 3, "result": {}})
        self.assertEqual(child.stdout.read(), "")
        said = child.stderr.read()
        for it in ("loading", "from a process", "raw"):
            self.assertIn(it, said)


class Ends(Spoken):
    def test_what_was_asked_before_stdin_ended_is_answered(self):
        child = self.begin("time.sleep(0.05)\nreturn 1", "parallel=2")
        for identity in (1, 2, 3):
            self.say(child, "replay", identity, episode="e", samples=2)
        child.stdin.close()
        self.assertEqual(sorted(self.hear(child)["id"] for _ in range(3)), [1, 2, 3])
        self.assertEqual((child.stdout.read(), child.wait(10)), ("", 0))

    def test_shutdown_waits_for_nothing_and_closes(self):
        child = self.begin("time.sleep(60)", "close=lambda: print('closed')")
        self.say(child, "replay", 1, episode="e")
        self.say(child, "shutdown", 2)
        self.assertEqual((self.hear(child)["id"], child.wait(10)), (2, 0))
        self.assertIn("closed", child.stderr.read())

    def test_a_failure_of_closing_is_told(self):
        child = self.begin("return 1", "close=lambda: 1 / 0")
        child.stdin.close()
        self.assertEqual(child.wait(10), 0)
        self.assertIn("ZeroDivisionError", child.stderr.read())

    def test_it_ends_when_nobody_listens(self):
        child = self.begin("time.sleep(0.02)\nreturn 1")
        self.say(child, "replay", 1, episode="e", samples=10_000)
        child.stdout.close()
        self.assertEqual(child.wait(10), 1)

    def test_a_request_is_taken_back_between_two_runs_and_before_its_first(self):
        child = self.begin("time.sleep(0.05)\nreturn 1")
        self.say(child, "replay", 1, episode="e", samples=10_000)
        self.say(child, "replay", 2, episode="e", samples=10_000)
        self.say(child, "replay", 3, episode="e")
        self.say(child, "cancel", id=2)
        self.assertEqual(self.hear(child), {"id": 2, "error": {"code": -32800, "message": "cancelled"}})
        self.say(child, "cancel", id=1)
        self.assertEqual([self.hear(child)["id"] for _ in range(2)], [1, 3])

    def test_a_replay_may_take_itself_back(self):
        self.assertEqual(self.refused("raise Cancelled"), "cancelled")


class Parallel(Spoken):
    def test_runs_of_one_request_are_played_together_and_stay_in_order(self):
        # Four runs meet at a barrier: were they played one after another, it would break.
        answer = self.asked("meet.wait()\ntime.sleep(0.1 * (3 - request.sample))\nreturn request.sample", "parallel=4",
                            "meet = threading.Barrier(4, timeout=20)", samples=4)
        self.assertEqual(answer["result"]["returns"], [0.0, 1.0, 2.0, 3.0])

    def test_the_answer_that_is_ready_comes_first(self):
        child = self.begin("time.sleep(request.seed)\nreturn request.seed", "parallel=2")
        self.say(child, "replay", 1, episode="e", seed=1)
        self.say(child, "replay", 2, episode="e", seed=0)
        self.assertEqual([self.hear(child)["id"] for _ in range(2)], [2, 1])

    def test_threads_give_the_returns_of_one(self):
        one, four = (self.asked("return seed % 1000", f"parallel={n}", samples=200, seed=3) for n in (1, 4))
        self.assertEqual(one, four)

    def test_it_is_fast(self):
        child = self.begin("return 1")
        began = time.monotonic()
        self.say(child, "replay", 1, episode="e", samples=20_000)
        self.hear(child)
        self.assertLess(time.monotonic() - began, 5)


class Asked(Case):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "log.jsonl"
        self.path.write_text("\n".join(map(json.dumps, LOG)) + "\n7\nno json of \"e\"\n")

    def request(self, *interventions, **fields):
        return Request("e", interventions, log=str(self.path), **fields)

    def test_the_acts_before_the_one_that_differs(self):
        of = lambda *its: [act["id"] for act in self.request(*its, run="r1").prefix()]
        self.assertEqual(of(), [])
        self.assertEqual(of(Intervention(NULL, act="a2")), ["a1", "b1"])
        self.assertEqual(of(Intervention(NULL, act="a1")), [])
        # Of several, the first in the log.
        self.assertEqual(of(Intervention(NULL, act="a2"), Intervention(KEEP, act="b1")), ["a1"])
        with self.assertRaises(KeyError):
            of(Intervention(NULL, act="x"))

    def test_episodes_of_one_name_are_told_apart_by_their_run(self):
        agents = lambda run: [act["agent"] for act in self.request(run=run).acts()]
        self.assertEqual(agents("r1"), ["ada", "bob", "ada"])
        self.assertEqual(agents("r2"), ["eve"])
        self.assertEqual(agents(None), ["ada", "bob", "ada", "eve"])

    def test_the_start_of_the_episode(self):
        self.assertEqual(self.request().start()["seed"], 7)
        with self.assertRaises(KeyError):
            Request("nobody", log=str(self.path)).start()
        self.assertEqual(Request("e").records(), [])

    def test_a_log_may_be_compressed_and_names_may_be_written_in_two_ways(self):
        path = self.folder / "log.jsonl.gz"
        with gzip.open(path, "wt") as out:
            for name in ("a/ü\"", "b"):
                out.write(json.dumps({"type": "action", "episode": name, "id": name}) + "\n")
            out.write('{"type":"action","episode":"a\\/ü\\"","id":"again"}\n')
        self.assertEqual([it["id"] for it in Request("a/ü\"", log=str(path)).acts()], ["a/ü\"", "again"])

    def test_what_agents_do_throughout(self):
        none = self.request()
        self.assertEqual((none.throughout("ada"), none.absent("ada")), (RESAMPLE, None))
        gone = self.request(Intervention(NULL, agent="bob"))
        self.assertEqual((gone.throughout("bob"), gone.throughout("ada"), gone.absent("bob")), (NULL, RESAMPLE, NULL))
        mixed = self.request(Intervention(RESAMPLE, agent="bob"), Intervention(KEEP, agent="ada"))
        self.assertEqual((mixed.throughout("bob"), mixed.throughout("ada")), (RESAMPLE, KEEP))
        with self.assertRaisesRegex(ValueError, "keeps to what it did"):
            self.request(Intervention(RESAMPLE, agent="bob")).throughout("ada")

    def test_an_act_is_asked_for_before_its_agent(self):
        request = self.request(Intervention(NULL, agent="ada"), Intervention(KEEP, act="a2"))
        self.assertEqual(request.instead("a2", "ada").do, KEEP)
        self.assertEqual(request.instead("a1", "ada").do, NULL)
        self.assertIsNone(request.instead("b1", "bob"))
        self.assertIsNone(request.instead(None, None))


class Old(unittest.TestCase):
    def test_the_module_is_python_3_9(self):
        for path in sorted((PYTHON / "creditreplay").glob("*.py")):
            ast.parse(path.read_text(), feature_version=(3, 9))
            self.assertIn("from __future__ import annotations", path.read_text())


if __name__ == "__main__":
    unittest.main()
