"""Records as lines: plain values out of whatever a training loop holds, and JSON out of these.

No library is imported for its types: an array is what has `tolist`, a scalar what has `item`. So numpy, torch, jax and
whatever comes next are read alike, and nothing is loaded that the job did not load itself.
"""

from __future__ import annotations

import dataclasses
import json
import json.encoder
import math
from collections.abc import Callable, Mapping
from typing import Any, Optional

DEEPEST = 100
"""What is nested deeper than this is cut off where a value has no end: readers keep 128 levels."""


def record(type: str, episode: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """Builds a record out of `fields`, which it takes apart: what readers index by first, in order, then the payload.

    `id`, `agent`, `ts`, `step` and `parents` that are None are left out, ids become text. None elsewhere stays: the
    `action` None is the null action.
    """
    built: dict[str, Any] = {"type": type}
    if episode is not None:
        built["episode"] = episode if isinstance(episode, (str, int)) else str(episode)
    for name in _FIRST:
        value = fields.pop(name, None)
        if value is not None:
            if name == "parents":
                value = ids(value)
            elif name != "ts" and name != "step" and not isinstance(value, str):
                value = str(value)
            built[name] = value
    built.update(fields)
    return built


def ids(value: Any) -> Optional[list[str]]:
    """A list of ids of one id or several; None stays None."""
    if value is None:
        return None
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return [str(value)]
    return [it if isinstance(it, str) else str(it) for it in value]


def roster(agents: Any) -> list[Any]:
    """Agents as objects with an `id`, of which they may be given as names."""
    if isinstance(agents, (str, Mapping)) or not hasattr(agents, "__iter__"):
        agents = [agents]
    return [it if isinstance(it, Mapping) else {"id": str(it)} for it in agents]


def line(rec: dict[str, Any]) -> bytes:
    """One record as one line. ASCII only: a write that is cut short leaves no half character."""
    try:
        text = _encode(rec)
    except (TypeError, ValueError, RecursionError):
        # A key that is no string, a number that is not finite, or a value that holds itself: all are rare, so only
        # these records are walked in Python.
        text = _encode(_strict(rec, 0))
    return (text + "\n").encode("ascii")


def plain(value: Any) -> Any:
    """What stands in the log for a value that JSON does not have. Never raises."""
    for name in ("tolist", "item"):
        try:
            convert = getattr(value, name, None)
            converted = convert() if callable(convert) else value
        except Exception:  # such as an array that is being traced by a compiler: it has no value yet
            continue
        if converted is not value:
            return converted
    try:
        return _known(value)
    except Exception:  # its own code failed
        return f"({type(value).__name__} without a text)"


def _known(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        try:
            return sorted(value)
        except TypeError:
            return sorted(value, key=str)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {it.name: getattr(value, it.name) for it in dataclasses.fields(value)}
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    if callable(getattr(value, "model_dump", None)) and not isinstance(value, type):
        return value.model_dump()  # pydantic
    return str(value)


_FIRST = ("id", "agent", "ts", "step", "parents")


def _encoder() -> Callable[[Any], str]:
    """The encoder of the standard library, its part in C made once: `JSONEncoder.encode` makes it for every call."""
    encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=plain)
    try:
        chunks = json.encoder.c_make_encoder(
            None, plain, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, False)
        if "".join(chunks([1, {"a": "\u00e9"}], 0)) == encoder.encode([1, {"a": "\u00e9"}]):
            return lambda value: "".join(chunks(value, 0))
    except Exception:  # another Python than CPython, or one of tomorrow
        pass
    return encoder.encode


_encode = _encoder()


def _strict(value: Any, depth: int) -> Any:
    """The same value with text for keys, for numbers that are not finite, and for what is nested too deep."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _nonfinite(value)
    if depth > DEEPEST:
        return f"(nested deeper than {DEEPEST} levels)"
    if isinstance(value, dict):
        return {_key(name): _strict(it, depth + 1) for name, it in value.items()}
    if isinstance(value, (list, tuple)):
        return [_strict(it, depth + 1) for it in value]
    return _strict(plain(value), depth + 1)


def _key(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ",".join(map(_key, value))
    return str(plain(value))


def _nonfinite(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
