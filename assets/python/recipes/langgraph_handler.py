"""A callback handler of LangChain that logs the runs of a LangGraph graph: its nodes as agents.

    handler = LogGraph(CreditLog("logs/", run="team"), score=lambda outputs: float(outputs["passed"]))
    graph.invoke(inputs, config={"callbacks": [handler]})

An act of a node comes from all acts of the step before, since that is what it sees; its tool calls are acts of their own, and tokens
of its models count for it. Without a handler, `creditscope` opens what `astream_events` yields, a line each.
Run with langgraph 1.2.24 and langchain-core 1.8.3.
"""

from __future__ import annotations

import operator
import sys
import time
from typing import Annotated, TypedDict

from langchain_core.callbacks import BaseCallbackHandler

from creditlog import CreditLog


class LogGraph(BaseCallbackHandler):
    """Logs each run of a graph as an episode. `score(outputs)` is its reward, or None; `agent(name)` renames a node."""

    def __init__(self, log, score=None, agent=str):
        self.log, self.score, self.agent = log, score, agent
        self.episodes = {}  # run id of a graph that nothing contains: its episode
        self.levels = {}  # run id of any graph, also of one inside a node: its Level
        self.runs = {}  # run id of anything: (run id of its episode, run id of the node that it is in)
        self.nodes = {}  # run id of a node: its Node
        self.tools = {}  # run id of a tool call: when it began, and what it was given

    def on_chain_start(self, serialized, inputs, *, run_id, parent_run_id=None, metadata=None, name=None, **_):
        with self.log.guard():
            node = (metadata or {}).get("langgraph_node")
            if parent_run_id is None:
                self.episodes[run_id] = self.log.episode(str(run_id), task=str(name or "graph"), trace_id=str(run_id))
                self.runs[run_id] = run_id, None
            elif self._joins(run_id, parent_run_id) and node is not None and node == name:
                episode_run, around = self.runs[run_id]
                level = self.levels.setdefault(parent_run_id, Level(self.nodes[around].parents if around else []))
                self.nodes[run_id] = Node(self.agent(node), inputs, level, metadata.get("langgraph_step"))
                self.runs[run_id] = episode_run, run_id

    def on_chain_end(self, outputs, *, run_id, **_):
        with self.log.guard():
            if run_id in self.episodes:
                earned = None if self.score is None else self.score(outputs)
                if earned is not None:
                    self.episodes[run_id].reward(earned)
                self.episodes[run_id].end(answer=str(outputs))
            self._chain_ends(run_id, result=outputs)

    def on_chain_error(self, error, *, run_id, **_):
        with self.log.guard():
            if run_id in self.episodes:
                self.episodes[run_id].end("error", repr(error))
            self._chain_ends(run_id, error=repr(error))

    def on_tool_start(self, serialized, input_str, *, run_id, parent_run_id=None, inputs=None, **_):
        with self.log.guard():
            if self._joins(run_id, parent_run_id):
                called = {"name": (serialized or {}).get("name"), "arguments": inputs or input_str}
                self.tools[run_id] = time.time(), called

    def on_tool_end(self, output, *, run_id, **_):
        self._tool_ends(run_id, result=getattr(output, "content", output))

    def on_tool_error(self, error, *, run_id, **_):
        self._tool_ends(run_id, error=repr(error))

    def on_chat_model_start(self, serialized, messages, *, run_id, parent_run_id=None, **_):
        self._joins(run_id, parent_run_id)

    def on_llm_start(self, serialized, prompts, *, run_id, parent_run_id=None, **_):
        self._joins(run_id, parent_run_id)

    def on_llm_end(self, response, *, run_id, **_):
        with self.log.guard():
            node = self.nodes.get(self.runs.pop(run_id, (None, None))[1])
            for answers in response.generations if node else []:
                used = getattr(getattr(answers[0], "message", None), "usage_metadata", None) or {}
                for name, counted in (("in", "input_tokens"), ("out", "output_tokens")):
                    if counted in used:
                        node.usage[name] = node.usage.get(name, 0) + used[counted]

    def _joins(self, run_id, parent_run_id):
        """Notes to which graph and node a run belongs; False: to none that is logged."""
        if parent_run_id not in self.runs:
            return False
        self.runs[run_id] = self.runs[parent_run_id]
        return True

    def _chain_ends(self, run_id, **outcome):
        episode_run, around = self.runs.pop(run_id, (None, None))
        level = self.levels.pop(run_id, None)
        if level is not None and around is not None:  # a graph inside a node: what it made, the node comes from
            self.nodes[around].within += level.made
        node = self.nodes.pop(run_id, None)
        if node is not None:
            if node.usage:
                outcome["usage"] = node.usage
            node.level.made.append(self.episodes[episode_run].action(
                node.name, outcome.get("result"), kind="node", obs=node.inputs, ts=node.began, step=node.step,
                dur=time.time() - node.began, parents=node.parents + node.within, **outcome))
        self.episodes.pop(run_id, None)

    def _tool_ends(self, run_id, **outcome):
        with self.log.guard():
            if run_id not in self.tools:
                return
            began, called = self.tools.pop(run_id)
            episode_run, around = self.runs.pop(run_id)
            node = self.nodes.get(around)
            parents = (node.within[-1:] or node.parents) if node else []
            made = self.episodes[episode_run].action(
                node.name if node else "graph", called, kind="tool", ts=began, dur=time.time() - began,
                parents=parents, **outcome)
            if node:
                node.within.append(made)


class Level:
    """A run of a graph: the step it is in, what the step before made and what this one has made."""

    def __init__(self, parents):
        self.step, self.parents, self.made = None, list(parents), []

    def before(self, step):
        """The acts that a node of `step` comes from."""
        if step != self.step:
            self.step, self.parents, self.made = step, self.made or self.parents, []
        return self.parents


class Node:
    """A node that runs; `within`: the acts that were done in it."""

    def __init__(self, name, inputs, level, step):
        self.name, self.inputs, self.level, self.step = name, inputs, level, step
        self.parents, self.began = list(level.before(step)), time.time()
        self.within, self.usage = [], {}


def main(path):
    """A graph without a language model: a planner, then a coder and a tester, then a judge."""
    from langchain_core.tools import tool
    from langgraph.graph import END, START, StateGraph

    class State(TypedDict):
        notes: Annotated[list, operator.add]

    @tool
    def run_tests(program: str) -> str:
        """Runs the tests."""
        return f"2 of 5 tests of {program} failed"

    graph = StateGraph(State)
    graph.add_node("planner", lambda state: {"notes": ["split on quotes"]})
    graph.add_node("coder", lambda state: {"notes": ["line.split(quote)"]})
    graph.add_node("tester", lambda state: {"notes": [run_tests.invoke("parser")]})
    graph.add_node("judge", lambda state: {"notes": ["it fails"]})
    for before, after in ((START, "planner"), ("planner", "coder"), ("planner", "tester"), ("judge", END)):
        graph.add_edge(before, after)
    graph.add_edge(["coder", "tester"], "judge")
    log = CreditLog(path, run="langgraph")
    handler = LogGraph(log, score=lambda outputs: -1.0 if "fails" in outputs["notes"][-1] else 1.0)
    graph.compile().invoke({"notes": []}, config={"callbacks": [handler], "run_name": "write a parser"})
    return log


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "logs/")
