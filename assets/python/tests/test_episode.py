"""Episodes and counterfactuals: what is written, and that creditscope computes from it what the arithmetic says."""

import unittest

from support import Case, of_type, records

from creditlog import CreditLog, counterfactual


class Episodes(Case):
    def setUp(self):
        super().setUp()
        self.log = CreditLog(self.folder / "log.jsonl", "demo")

    def ends(self):
        return [{name: row.get(name) for name in ("status", "reason", "return")}
                for row in of_type(records(self.log.path), "episode_end")]

    def test_every_type_of_record_is_valid(self):
        with self.log.episode("ep", agents=["a", {"id": "b", "role": "tester"}], task="t", graph={
                "edges": [{"from": "a", "to": "b"}]}) as episode:
            first = episode.action("a", {"go": 1}, parents=[], step=0, kind="plan", turn=0, dur=0.5,
                                   policy={"chosen": "x", "probs": {"x": 0.5, "y": 0.5}, "value": 0.25})
            said = episode.message("a", "*", "done", parents=[first])
            episode.action("b", None, parents=[said], usage={"in": 3, "out": 4})
            episode.state("env", {"left": 2}, after=first)
            episode.state("env", delta=[{"op": "replace", "path": "/left", "value": 1}], after=[said])
            episode.reward(1.0, of=[first], source="environment", components={"speed": 1.0})
            episode.credit("shapley_values", {"a": 0.75, "b": 0.25})
            episode.metric({"tokens": 7}, units={"tokens": "1"})
            episode.end("success", "goal_achieved", return_=1.0, steps=2, answer="yes")
            episode.end("failure")
        self.valid()
        kinds = [row["type"] for row in records(self.log.path)]
        self.assertEqual(kinds, ["run", "episode_start", "action", "message", "action", "state", "state", "reward",
                                 "credit", "metric", "episode_end"])
        self.assertEqual(self.ends(), [{"status": "success", "reason": "goal_achieved", "return": 1.0}])

    def test_an_exception_ends_the_episode_and_passes(self):
        with self.assertRaises(ZeroDivisionError):
            with self.log.episode("ep"):
                1 / 0
        with self.assertRaises(KeyboardInterrupt):
            with self.log.episode("ep2"):
                raise KeyboardInterrupt
        self.assertEqual([it["status"] for it in self.ends()], ["error", "aborted"])
        self.assertEqual(self.ends()[0]["reason"], "ZeroDivisionError: division by zero")

    def test_an_episode_that_says_nothing_of_its_end_ends(self):
        with self.log.episode("ep") as episode:
            episode.action("a", "x")
            episode.reward(1.0)
        self.assertEqual(self.ends(), [{"status": None, "reason": None, "return": None}])
        self.valid()

    def test_ids_that_are_given_and_counted(self):
        episode = self.log.episode("ep")
        given = [episode.action("a"), episode.action("b"), episode.action("a", id="mine"), episode.action("a"),
                 episode.message("a", "b", "x"), episode.message("a", "b", "y")]
        self.assertEqual(given, ["a#0", "b#0", "mine", "a#1", "a>0", "a>1"])
        self.assertEqual(len({row["id"] for row in records(self.log.path) if "id" in row}), 6)


class Counterfactuals(Case):
    def setUp(self):
        super().setUp()
        self.log = CreditLog(self.folder / "log.jsonl", "demo")
        self.episode = self.log.episode("ep", agents=["a", "b"])
        self.acts = [self.episode.action("a", "x", parents=[]), self.episode.action("b", "y", parents=[])]

    def finish(self, reward):
        self.episode.reward(reward)
        self.episode.end("success")
        return of_type(records(self.log.path), "counterfactual")

    def test_coalitions_give_the_shapley_values(self):
        asked = []

        def play(team, seed):
            asked.append((team, seed))
            return {(): 0.0, ("a",): 1.0, ("b",): 2.0, ("a", "b"): 5.0}[tuple(sorted(team))] + seed

        measured = counterfactual.coalitions(self.episode, ["a", "b"], play, seeds=[0, 2])
        [row] = self.finish(5.0)
        self.assertEqual(len(asked), 8)
        self.assertEqual(measured[frozenset({"a", "b"})], [5.0, 7.0])
        self.assertEqual(row["coalitions"][3], {"agents": ["a", "b"], "returns": [5.0, 7.0], "seeds": [0, 2]})
        self.valid()
        # Shapley of a: mean of 1-0 and 5-2; of b: mean of 2-0 and 5-1. The seed adds the same to every team.
        credit = {it["agent"]: it["value"] for it in self.report("--method", "shapley")["credit"]["agents"]}
        self.assertAlmostEqual(credit["a"], 2.0)
        self.assertAlmostEqual(credit["b"], 3.0)

    def test_what_was_measured_before_an_exception_is_kept(self):
        def play(team, seed):
            if "b" in team:
                raise RuntimeError("the simulator died")
            return 1.0

        with self.assertRaises(RuntimeError):
            counterfactual.coalitions(self.episode, ["a", "b"], play)
        [row] = self.finish(1.0)
        self.assertEqual([it["agents"] for it in row["coalitions"]], [[], ["a"]])

    def test_teams_and_rewards_by_agent(self):
        counterfactual.coalitions(self.episode, ["a", "b"], lambda team, seed: {"a": 1.0, "b": 2.0},
                                  teams=[["a", "b"], ["b"]])
        [row] = self.finish(3.0)
        self.assertEqual(row["coalitions"], [
            {"agents": ["a", "b"], "rewards": [{"a": 1.0, "b": 2.0}], "seeds": [0]},
            {"agents": ["b"], "rewards": [{"a": 1.0, "b": 2.0}], "seeds": [0]}])

    def test_replays_are_a_group_with_the_real_act_and_an_arm_drawn_anew(self):
        value = {"x": 1.0, "z": 0.0}
        counterfactual.replays(self.episode, self.acts[0], ["x", "z"], lambda act, seed: value[act] + seed / 8,
                               real=0, probs=[0.25, 0.75], redraw=lambda seed: 0.25 + seed / 8, runs=3, agent="a")
        [row] = self.finish(1.0)
        self.assertEqual(row["candidates"], [
            {"j": 0, "action": "x", "real": True, "prob": 0.25, "returns": [1.0, 1.125, 1.25], "seeds": [0, 1, 2]},
            {"j": 1, "action": "z", "real": False, "prob": 0.75, "returns": [0.0, 0.125, 0.25], "seeds": [0, 1, 2]},
            {"j": 2, "action": "(drawn anew)", "extra": True, "returns": [0.25, 0.375, 0.5], "seeds": [0, 1, 2]}])
        self.valid()

    def test_alternatives_with_values_of_a_critic(self):
        counterfactual.alternatives(self.episode, self.acts[0], {"x": 0.5, "z": 0.25}, real="x", probs=[0.5, 0.5])
        counterfactual.alternatives(self.episode, self.acts[1], [("y", 1.0), (None, 0.25)], real="y", kind="null_action")
        rows = self.finish(1.0)
        self.assertEqual(rows[0]["candidates"][0], {"j": 0, "action": "x", "real": True, "prob": 0.5, "q": 0.5})
        self.assertEqual(rows[1]["candidates"][1], {"j": 1, "action": None, "real": False, "value": 0.25})
        self.valid()


if __name__ == "__main__":
    unittest.main()
