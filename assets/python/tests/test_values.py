"""Which values are written, and as what."""

import dataclasses
import enum
import importlib.util
import unittest
from collections import OrderedDict, namedtuple
from pathlib import Path
from types import MappingProxyType

from support import Case, of_type, records

from creditlog import CreditLog

try:
    import numpy
except ImportError:
    numpy = None


class Scalar:
    """The shape of a scalar of torch or jax: a number that only `item` gives."""

    def __init__(self, value):
        self.value = value

    def item(self):
        return self.value


class Tensor:
    """The shape of an array of torch or jax."""

    def __init__(self, values):
        self.values = values

    def tolist(self):
        return self.values

    def item(self):
        raise ValueError("only one element tensors can be converted to Python scalars")


class Traced:
    """An array inside a function that is compiled: it has no values."""

    def tolist(self):
        raise RuntimeError("abstract tracer")

    item = tolist

    def __str__(self):
        return "Traced<float32[3]>"


class Mute:
    """Something without a text."""

    def __str__(self):
        raise RuntimeError("no text")


class Endless:
    """Something that answers everything with more of itself, as mocks do."""

    def __getattr__(self, name):
        return lambda: Endless()


@dataclasses.dataclass
class Move:
    x: int
    how: str


class Direction(enum.Enum):
    NORTH = 1


Point = namedtuple("Point", "x y")

LOOP = []
LOOP.append(LOOP)

VALUES = [
    ("text", "caf\u00e9 \U0001f600 \n\t\"", "caf\u00e9 \U0001f600 \n\t\""),
    ("null action", None, None),
    ("tensor", Tensor([[1.5, 2], [3, 4]]), [[1.5, 2], [3, 4]]),
    ("scalar", Scalar(0.25), 0.25),
    ("scalar in object", {"value": Scalar(True)}, {"value": True}),
    ("traced array", Traced(), "Traced<float32[3]>"),
    ("not finite", [float("nan"), float("inf"), float("-inf"), 1.5], ["NaN", "Infinity", "-Infinity", 1.5]),
    ("not finite in tensor", Tensor([float("nan"), 1]), ["NaN", 1]),
    ("keys that are no text", {1: "a", (2, 3): "b", None: "c", Scalar(4): "d"},
     {"1": "a", "2,3": "b", "None": "c", "4": "d"}),
    ("set", {3, 1, 2}, [1, 2, 3]),
    ("set of anything", {1, "a"}, [1, "a"]),
    ("tuple", (1, (2,)), [1, [2]]),
    ("named tuple", Point(1, 2), [1, 2]),
    ("bytes", b"ok\xff", "ok\\xff"),
    ("dataclass", Move(1, "slow"), {"x": 1, "how": "slow"}),
    ("enum", Direction.NORTH, "Direction.NORTH"),
    ("path", Path("a/b"), "a/b"),
    ("exception", ValueError("no"), "ValueError: no"),
    ("mapping", MappingProxyType({"a": 1}), {"a": 1}),
    ("ordered", OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    ("mute", Mute(), "(Mute without a text)"),
    ("big integer", 2**70, 2**70),
]


class Values(Case):
    def written(self, value):
        log = CreditLog(self.folder / "log.jsonl", "values")
        log.write("action", "e", agent="a", action=value)
        self.assertEqual(log.dropped, 0, log.error)
        log.close()
        return records(self.folder / "log.jsonl")[-1]["action"]

    def test_each_value_is_written_as(self):
        for name, value, expected in VALUES:
            with self.subTest(name):
                self.assertEqual(self.written(value), expected)

    def test_what_holds_itself_or_answers_everything_is_cut_and_not_lost(self):
        self.assertIn("nested deeper than", str(self.written(LOOP)))
        self.assertIn("Endless", str(self.written(Endless())))

    @unittest.skipIf(numpy is None, "numpy is not here")
    def test_numpy(self):
        cases = [
            (numpy.float32(0.5), 0.5),
            (numpy.float64("nan"), "NaN"),
            (numpy.int64(7), 7),
            (numpy.bool_(True), True),
            (numpy.array(3), 3),
            (numpy.arange(6).reshape(2, 3), [[0, 1, 2], [3, 4, 5]]),
            (numpy.array([1.0, numpy.inf]), [1.0, "Infinity"]),
            ({numpy.int64(1): numpy.float16(2)}, {"1": 2}),
            (numpy.str_("x"), "x"),
        ]
        for value, expected in cases:
            with self.subTest(repr(value)):
                self.assertEqual(self.written(value), expected)

    @unittest.skipUnless(importlib.util.find_spec("jax"), "jax is not here")
    def test_jax(self):
        import jax

        self.assertEqual(self.written(jax.numpy.arange(4).reshape(2, 2)), [[0, 1], [2, 3]])
        self.assertEqual(self.written({"logp": jax.numpy.bfloat16(1.5)}), {"logp": 1.5})
        traced = []
        jax.jit(lambda it: (traced.append(self.written(it)), it)[1])(jax.numpy.ones(2))
        self.assertIn("float32[2]", traced[0])

    @unittest.skipUnless(importlib.util.find_spec("torch"), "torch is not here")
    def test_torch(self):
        import torch

        self.assertEqual(self.written(torch.tensor([[0.5, float("inf")]], requires_grad=True)), [[0.5, "Infinity"]])
        self.assertEqual(self.written({"logp": torch.tensor(1.5, dtype=torch.bfloat16)}), {"logp": 1.5})

    def test_ids_are_text_and_numbers_of_the_format_plain(self):
        log = CreditLog(self.folder / "log.jsonl", "ids")
        with log.episode(Scalar(3), agents=[0, 1], seed=7, group=12) as episode:
            first = episode.action(0, "go", step=Scalar(2), parents=[])
            said = episode.message(0, [1], "gone", parents=first)
            episode.action(1, "stay", parents=(first, said))
            episode.reward(Scalar(1.0), agent=1, of=first)
            episode.reward(Scalar(-1.0), agent=0)
            episode.end("success", answer=42)
        rows = records(log.path)
        self.assertEqual([row["agent"] for row in of_type(rows, "action")], ["0", "1"])
        self.assertEqual(of_type(rows, "action")[0]["step"], 2)
        self.assertEqual(of_type(rows, "action")[1]["parents"], ["0#0", "0>0"])
        self.assertEqual(of_type(rows, "message")[0]["to"], ["1"])
        self.assertEqual(of_type(rows, "message")[0]["parents"], ["0#0"])
        self.assertEqual(of_type(rows, "reward")[0]["of"], ["0#0"])
        self.assertEqual(of_type(rows, "episode_start")[0]["agents"], [{"id": "0"}, {"id": "1"}])
        self.assertEqual(of_type(rows, "episode_start")[0]["seed"], "7")
        self.valid("own-of-both-signs")


if __name__ == "__main__":
    unittest.main()
