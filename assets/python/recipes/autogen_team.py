"""Runs a team of AutoGen's AgentChat and logs it.

    await run_logged(team, "add one and two", CreditLog("logs/", run="team"), "ep-1", score=lambda result: 1.0)

Copy `run_logged`. Turns of agents are acts with their tokens, tool calls are acts of the agent that called, handoffs and the user's
words are messages. Everybody in a team hears everything, so each act comes from the one before. Without it, `creditscope` opens
what `run_stream` yields, `item.model_dump_json()` a line. Run with autogen-agentchat 0.7.5.
"""

from __future__ import annotations

import asyncio
import sys

from creditlog import CreditLog


async def run_logged(team, task, log, name, score=None):
    """Runs the team on the task as one episode and returns its `TaskResult`; `score(result)` is the reward, or None."""
    with log.episode(name, task=str(task)) as episode:
        acts, calls, result = [], {}, None
        async for item in team.run_stream(task=task):
            if hasattr(item, "stop_reason"):
                result = item
                continue
            with log.guard():
                acts = add(episode, item, acts, calls) or acts
        earned = None if score is None else score(result)
        if earned is not None:
            episode.reward(earned)
        episode.end(reason=getattr(result, "stop_reason", None))
    return result


def add(episode, item, parents, calls):
    """Logs what a team yielded; returns what the next act comes from, None: nothing was made. `calls`: tools under way."""
    kind, content = getattr(item, "type", type(item).__name__), getattr(item, "content", None)
    if kind == "ToolCallRequestEvent":
        tokens = usage(item)
        for call in content:
            calls[call.id] = {"name": call.name, "arguments": call.arguments}, tokens
            tokens = {}  # of the first call: one answer of the model asked for all
        return None
    if kind == "ToolCallExecutionEvent":
        made = []
        for answer in content:
            called, tokens = calls.pop(answer.call_id, ({"name": answer.name}, {}))
            error = {"error": answer.content} if getattr(answer, "is_error", False) else {}
            made.append(episode.action(item.source, called, kind="tool", result=answer.content, parents=parents,
                                       **tokens, **error))
        return made
    if kind in ("ToolCallSummaryMessage", "ModelClientStreamingChunkEvent"):  # said already, or a part of what comes
        return None
    if hasattr(item, "target"):
        return [episode.message(item.source, item.target, content, parents=parents)]
    if item.source == "user":
        return [episode.message("user", "*", content, parents=parents)]
    return [episode.action(item.source, content, kind="thought" if kind == "ThoughtEvent" else "llm",
                           parents=parents, **usage(item))]


def usage(item):
    used = getattr(item, "models_usage", None)
    return {"usage": {"in": used.prompt_tokens, "out": used.completion_tokens}} if used else {}


def main(path):
    """A team whose models answer what is written here."""
    from autogen_agentchat.agents import AssistantAgent
    from autogen_agentchat.conditions import MaxMessageTermination
    from autogen_agentchat.teams import RoundRobinGroupChat
    from autogen_core import FunctionCall
    from autogen_core.models import CreateResult, ModelFamily, RequestUsage
    from autogen_ext.models.replay import ReplayChatCompletionClient

    def add_numbers(a: int, b: int) -> str:
        """Adds two numbers."""
        return str(a + b)

    info = {"vision": False, "function_calling": True, "json_output": False, "structured_output": False,
            "family": ModelFamily.UNKNOWN}
    call = FunctionCall(id="1", name="add_numbers", arguments='{"a": 1, "b": 2}')
    asks = CreateResult(finish_reason="function_calls", content=[call], cached=False,
                        usage=RequestUsage(prompt_tokens=3, completion_tokens=4))
    team = RoundRobinGroupChat(
        [AssistantAgent("planner", ReplayChatCompletionClient(["call add_numbers"], model_info=info)),
         AssistantAgent("coder", ReplayChatCompletionClient([asks], model_info=info), tools=[add_numbers])],
        termination_condition=MaxMessageTermination(3))
    log = CreditLog(path, run="autogen")
    asyncio.run(run_logged(team, "add one and two", log, "sum", score=lambda result: 1.0))
    return log


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "logs/")
