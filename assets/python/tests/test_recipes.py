"""Each recipe: with its library where that is installed, else with objects of the same shape."""

import asyncio
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

import standins
from support import PYTHON, Case, of_type, records, stderr

standins.install()
sys.path.insert(0, str(PYTHON / "recipes"))

from creditlog import CreditLog  # noqa: E402


class Recipe(Case):
    def setUp(self):
        super().setUp()
        self.logs = f"{self.folder}/"

    def rows(self, log):
        """What was written, nothing of it lost."""
        self.assertEqual(log.dropped, 0, log.error)
        return records(self.folder)


class PettingZoo(Recipe):
    def test_a_loop_logs_own_rewards_and_measures_what_agents_are_worth(self):
        import pettingzoo_parallel

        rows = self.rows(pettingzoo_parallel.main(self.logs))
        acts = of_type(rows, "action")
        steps = max(row["step"] for row in acts) + 1
        self.assertEqual([(row["agent"], row["step"]) for row in acts],
                         [(agent, step) for step in range(steps) for agent in ("left", "right")])
        [table] = of_type(rows, "counterfactual")
        self.assertEqual([row["agents"] for row in table["coalitions"]], [[], ["left"], ["right"], ["left", "right"]])
        # One alone cannot lift: it earns nothing, whatever the seed.
        for row in table["coalitions"][:3]:
            self.assertEqual(row["rewards"], [{"left": 0.0, "right": 0.0}] * 32)
        both = table["coalitions"][3]["rewards"]
        self.assertTrue(all(row["left"] == row["right"] for row in both))
        # Both lift in a step with chance 1/4: the weight goes up within three steps with 1 - (3/4)^3 = 0.58.
        self.assertTrue(8 <= sum(row["left"] for row in both) <= 29)
        self.valid("own-beside-team", "identical-completions")

    @unittest.skipUnless(standins.is_installed("pettingzoo"), "pettingzoo is not here")
    def test_with_environments_of_the_library(self):
        from pettingzoo.test import parallel_api_test
        from pettingzoo.test.example_envs import generated_agents_parallel_v0
        from pettingzoo_parallel import Lift, play

        parallel_api_test(Lift(), num_cycles=20)
        log = CreditLog(self.logs, run="pettingzoo")
        env = generated_agents_parallel_v0.parallel_env(max_cycles=30)

        def act(agent, seen):
            env.num_steps += 1  # which this environment compares with max_cycles, and leaves to others to count
            return env.action_space(agent).sample()

        _, earned = play(env, act, log, "generated", seed=3)
        rows = self.rows(log)
        self.assertEqual(sum(row["value"] for row in of_type(rows, "reward")), sum(earned.values()))
        self.assertEqual(of_type(rows, "episode_end")[0]["status"], "truncated")
        self.valid()


class Gymnasium(Recipe):
    def test_a_team_is_logged(self):
        import gymnasium_team

        rows = self.rows(gymnasium_team.main(self.logs))
        ends = of_type(rows, "episode_end")
        self.assertEqual([row["status"] for row in ends], ["success"] * 3)
        for end in ends:
            own = [row for row in rows if row.get("episode") == end["episode"]]
            # Each step costs 0.1 and the last one earns 1.
            self.assertAlmostEqual(end["return"], 1 - 0.1 * end["steps"])
            self.assertAlmostEqual(sum(row["value"] for row in of_type(own, "reward")), end["return"])
            self.assertEqual([row["agent"] for row in of_type(own, "action")], ["giver", "taker"] * end["steps"])
            last = of_type(own, "action")[-2:]
            self.assertEqual([row["action"] for row in last], [1, 1])
            self.assertEqual(of_type(own, "reward")[-1]["of"], [row["id"] for row in last])
        self.valid()

    def test_an_episode_that_is_left_is_aborted(self):
        import gymnasium_team

        log = CreditLog(self.logs, run="gymnasium")
        env = gymnasium_team.LoggedTeam(gymnasium_team.Relay(), log, agents=["giver", "taker"])
        env.reset()
        env.step([0, 1])
        env.reset()
        env.close()
        self.assertEqual([row["status"] for row in of_type(self.rows(log), "episode_end")], ["aborted", "aborted"])


class RLlib(Recipe):
    def test_episodes_of_a_vector_of_environments(self):
        from rllib_callback import LogEpisodes

        callback = type("Here", (LogEpisodes,), {"PATH": self.logs})()
        self.assertIsNone(callback.log)
        episodes = [standins.MultiAgentEpisode(f"id{at}", {"a": "red", "b": "blue"}) for at in range(2)]
        for at, episode in enumerate(episodes):
            episode.observations.append({"a": [0], "b": [0]})
            callback.on_episode_start(episode=episode, env_index=at)
        for step in range(3):
            for at, episode in enumerate(episodes):
                acting = {"a": step, "b": at} if step else {"a": step}
                episode.observations.append({"a": [step + 1], "b": [step + 1]})
                episode.actions.append(acting)
                episode.rewards.append({"a": 0.5, "b": 0.0})
                episode.outputs.append(dict.fromkeys(acting, -0.25))
                callback.on_episode_step(episode=episode, env_index=at)
        episodes[1].is_truncated = True
        for at, episode in enumerate(episodes):
            callback.on_episode_end(episode=episode, env_index=at)
        rows = self.rows(callback.log)
        own = [row for row in rows if row.get("episode") == "id1"]
        self.assertEqual([(row["agent"], row["step"], row["action"], row["obs"]) for row in of_type(own, "action")],
                         [("a", 0, 0, [0]), ("a", 1, 1, [1]), ("b", 1, 1, [1]), ("a", 2, 2, [2]), ("b", 2, 1, [2])])
        self.assertEqual(of_type(own, "action")[0]["policy"], {"logp": -0.25, "id": "red"})
        self.assertEqual([row["value"] for row in of_type(own, "reward")], [0.5] * 3)
        self.assertEqual([(row.get("status"), row["steps"]) for row in of_type(rows, "episode_end")],
                         [(None, 3), ("truncated", 3)])
        self.assertEqual(callback.episodes, {})
        self.valid()

    def test_what_changed_in_the_library_stops_no_training(self):
        from rllib_callback import LogEpisodes

        callback = type("Here", (LogEpisodes,), {"PATH": self.logs})()
        with stderr():
            callback.on_episode_start(episode=SimpleNamespace(id_="e"), env_index=0)
            callback.on_episode_step(episode=SimpleNamespace(id_="e"), env_index=0)
        self.assertEqual(callback.log.dropped, 1)


class Trl(Recipe):
    def test_completions_of_a_prompt_are_a_group_with_weighted_rewards(self):
        import trl_reward

        rows = self.rows(trl_reward.main(self.logs))
        self.assertEqual(len({row["group"] for row in of_type(rows, "episode_start")}), 1)
        total = {}
        for row in of_type(rows, "reward"):
            total[row["episode"]] = total.get(row["episode"], 0) + row["value"]
        # right or not, and a tenth of how much shorter than 20: "3", "it is 3", "4", "perhaps it is 5"
        expected = [1 + 0.095, 1 + 0.065, 0.095, 0.025]
        for got, wanted in zip(total.values(), expected):
            self.assertAlmostEqual(got, wanted)
        self.assertEqual(len(of_type(rows, "episode_end")), 4)
        self.valid()

    def test_conversations_steps_and_functions_without_an_answer(self):
        from trl_reward import Rollouts

        log = CreditLog(self.logs, run="trl")
        rollouts = Rollouts(log)
        nothing = rollouts.logged(lambda prompts, completions, **_: [None] * len(completions))
        completion = [{"role": "assistant", "content": "let me see", "tool_calls": [{"function": {"name": "f"}}]},
                      {"role": "tool", "name": "f", "content": "3"}, {"role": "assistant", "content": "3"}]
        for step in range(2):
            self.assertEqual(nothing(prompts=[[{"role": "user", "content": "1 + 2"}]], completions=[completion],
                                     completion_ids=[[1]], trainer_state=SimpleNamespace(global_step=step)), [None])
        rows = self.rows(log)
        self.assertEqual([row["update"] for row in of_type(rows, "episode_start")], [0, 1])
        first = [row for row in rows if row.get("episode") == rows[1]["episode"]]
        self.assertEqual([row["type"] for row in first],
                         ["episode_start", "action", "message", "action", "episode_end"])
        self.assertEqual(first[3]["parents"], [first[2]["id"]])
        self.assertEqual(first[2]["parents"], [first[1]["id"]])
        self.valid("no-reward")


class Verl(Recipe):
    def test_responses_to_a_sample_are_a_group(self):
        import verl_reward

        rows = self.rows(verl_reward.main(self.logs))
        self.assertEqual({row["group"] for row in of_type(rows, "episode_start")}, {"openai/gsm8k/train/7"})
        self.assertEqual([row["value"] for row in of_type(rows, "reward")], [1.0, 0.0, 1.0, 0.0])
        self.assertEqual([row["values"]["length"] for row in of_type(rows, "metric")], [6, 6, 1, 10])
        self.valid()


class LangGraph(Recipe):
    def handled(self):
        """The calls that LangGraph makes for the graph of the recipe, in their order."""
        from langgraph_handler import LogGraph

        log = CreditLog(self.logs, run="langgraph")
        handler = LogGraph(log, score=lambda outputs: -1.0)

        def node(name, step, inside=lambda: None):
            handler.on_chain_start(None, {"notes": []}, run_id=name, parent_run_id="graph", name=name,
                                   metadata={"langgraph_node": name, "langgraph_step": step})
            inside()
            handler.on_chain_end({"notes": [name]}, run_id=name)

        def model():
            handler.on_chat_model_start({}, [[]], run_id="model", parent_run_id="planner")
            message = SimpleNamespace(usage_metadata={"input_tokens": 5, "output_tokens": 2})
            handler.on_llm_end(SimpleNamespace(generations=[[SimpleNamespace(message=message)]]), run_id="model")

        def tool():
            handler.on_tool_start({"name": "run_tests"}, "parser", run_id="tool", parent_run_id="tester")
            handler.on_tool_end("2 failed", run_id="tool")

        handler.on_chain_start(None, {}, run_id="graph", parent_run_id=None, name="write a parser", metadata={})
        node("planner", 1, model)
        node("coder", 2)
        node("tester", 2, tool)
        node("judge", 3)
        handler.on_chain_end({"notes": []}, run_id="graph")
        for left in (handler.episodes, handler.levels, handler.runs, handler.nodes, handler.tools):
            self.assertEqual(left, {})
        return log

    def logged(self, log):
        rows = self.rows(log)
        parents = {row["id"]: row["parents"] for row in of_type(rows, "action")}
        self.assertEqual(parents, {
            "planner#0": [], "coder#0": ["planner#0"], "tester#0": ["planner#0"],
            "tester#1": ["planner#0", "tester#0"], "judge#0": ["coder#0", "tester#1"]})
        self.assertEqual([row["value"] for row in of_type(rows, "reward")], [-1.0])
        self.assertEqual([row["kind"] for row in of_type(rows, "action")], ["node", "node", "tool", "node", "node"])
        self.valid()
        return rows

    def test_the_calls_of_a_graph(self):
        rows = self.logged(self.handled())
        self.assertEqual(of_type(rows, "action")[0]["usage"], {"in": 5, "out": 2})

    @unittest.skipUnless(standins.is_installed("langgraph"), "langgraph is not here")
    def test_a_graph_of_the_library(self):
        import langgraph_handler

        self.logged(langgraph_handler.main(self.logs))

    @unittest.skipUnless(standins.is_installed("langgraph"), "langgraph is not here")
    def test_a_graph_inside_a_node_that_fails_later(self):
        import operator
        from typing import Annotated, TypedDict

        from langgraph.graph import START, StateGraph
        from langgraph_handler import LogGraph

        class State(TypedDict):
            notes: Annotated[list, operator.add]

        def graph(**nodes):
            made, before = StateGraph(State), START
            for name, node in nodes.items():
                made.add_node(name, node)
                made.add_edge(before, name)
                before = name
            return made.compile()

        note = lambda state: {"notes": ["x"]}
        log = CreditLog(self.logs, run="langgraph")
        with self.assertRaises(ZeroDivisionError):
            graph(lead=note, crew=graph(a=note, b=note), last=lambda state: 1 / 0).invoke(
                {"notes": []}, config={"callbacks": [LogGraph(log)]})
        rows = self.rows(log)
        parents = {row["id"]: row["parents"] for row in of_type(rows, "action")}
        self.assertEqual(parents, {"lead#0": [], "a#0": ["lead#0"], "b#0": ["a#0"], "crew#0": ["lead#0", "b#0"],
                                   "last#0": ["crew#0"]})
        self.assertIn("ZeroDivisionError", of_type(rows, "action")[-1]["error"])
        self.assertEqual(of_type(rows, "episode_end")[0]["status"], "error")


class AutoGen(Recipe):
    def test_what_a_team_yields(self):
        from autogen_team import run_logged

        log = CreditLog(self.logs, run="autogen")
        result = asyncio.run(run_logged(standins.AutoGenTeam(), "add", log, "sum", score=lambda result: 1.0))
        self.assertEqual(result.stop_reason, "enough")
        rows = self.rows(log)
        self.assertEqual([(row["type"], row["id"], row["parents"]) for row in rows if "id" in row], [
            ("message", "user>0", []), ("action", "planner#0", ["user>0"]), ("message", "planner>0", ["planner#0"]),
            ("action", "coder#0", ["planner>0"]), ("action", "coder#1", ["planner>0"])])
        tool, failed = of_type(rows, "action")[1:]
        self.assertEqual((tool["action"]["name"], tool["result"], tool["usage"]), ("add_numbers", "3", {"in": 3, "out": 4}))
        self.assertEqual(failed["error"], "no such tool")
        self.assertEqual(of_type(rows, "episode_end")[0]["reason"], "enough")
        self.valid()

    @unittest.skipUnless(standins.is_installed("autogen_agentchat") and standins.is_installed("autogen_ext"),
                         "autogen-agentchat and autogen-ext are not here")
    def test_a_team_of_the_library(self):
        import autogen_team

        rows = self.rows(autogen_team.main(self.logs))
        self.assertEqual([row["id"] for row in rows if "id" in row], ["user>0", "planner#0", "coder#0"])
        self.assertEqual(of_type(rows, "action")[1]["result"], "3")
        self.valid()


class OpenTelemetry(Recipe):
    def spans(self, exporter):
        """What the recipe prints under the settings of its README."""
        instrument = Path(sys.executable).parent / "opentelemetry-instrument"
        settings = {"OTEL_TRACES_EXPORTER": exporter, "OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none"}
        done = subprocess.run([instrument, sys.executable, PYTHON / "recipes" / "opentelemetry_app.py"],
                              capture_output=True, env={**os.environ, **settings})
        self.assertEqual(done.returncode, 0, done.stderr)
        (self.folder / "spans.jsonl").write_bytes(done.stdout)

    def opened(self):
        """The agents and acts that creditscope finds in the spans."""
        self.valid("no-reward", path=self.folder / "spans.jsonl")
        episode = self.report()["episode"]
        self.assertEqual((sorted(episode["agents"]), episode["acts"]), (["coder", "planner"], 3))

    @unittest.skipUnless(standins.is_installed("opentelemetry.exporter.otlp.json.file")
                         and (Path(sys.executable).parent / "opentelemetry-instrument").exists(),
                         "opentelemetry-exporter-otlp-json-file and opentelemetry-distro are not here")
    def test_the_file_and_console_exporters(self):
        for exporter in ("otlp_json_file", "console"):
            with self.subTest(exporter):
                self.spans(exporter)
                self.opened()

    def test_a_line_as_collector_and_file_exporter_write_it(self):
        def span(at, parent, name, start, **attributes):
            known = [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in attributes.items()]
            return {"traceId": "0" * 31 + "1", "spanId": f"{at:016x}", "parentSpanId": parent and f"{parent:016x}",
                    "name": name, "kind": 1, "startTimeUnixNano": str(start * 10**9),
                    "endTimeUnixNano": str((9 - start) * 10**9), "attributes": known, "status": {}}

        spans = [
            span(4, 3, "execute_tool run_tests", 4, gen_ai__operation__name="execute_tool", gen_ai__tool__name="run_tests"),
            span(2, 1, "chat a-model", 2, gen_ai__operation__name="chat"),
            span(3, 1, "invoke_agent coder", 3, gen_ai__operation__name="invoke_agent", gen_ai__agent__name="coder"),
            span(1, "", "invoke_agent planner", 1, gen_ai__operation__name="invoke_agent", gen_ai__agent__name="planner")]
        line = {"resourceSpans": [{"resource": {"attributes": []},
                                   "scopeSpans": [{"scope": {"name": "team"}, "spans": spans}]}]}
        (self.folder / "spans.jsonl").write_text(json.dumps(line, separators=(",", ":")) + "\n")
        self.opened()


if __name__ == "__main__":
    unittest.main()
