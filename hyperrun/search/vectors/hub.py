"""A sentence model of the Hugging Face hub, fetched once into the cache of the hub's library."""

from contextlib import suppress
from pathlib import Path

from hyperrun.search.vectors.embedder import EmbeddingError
from hyperrun.search.vectors.local import GRAPHS, Onnx, folder

_BESIDE = ("tokenizer.json", "config_sentence_transformers.json", "1_Pooling/config.json")


def read(repository: str) -> Onnx:
    """The model of a repository ("intfloat/multilingual-e5-small"), from the cache where it is
    there. Raises `EmbeddingError`."""
    try:
        import huggingface_hub
        from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError
    except ImportError as error:
        raise EmbeddingError(
            f"{error.name} is not installed: pip install 'hyperrun[meaning]'", again=False
        ) from error
    try:
        kept = huggingface_hub.try_to_load_from_cache(repository, "tokenizer.json")
        if isinstance(kept, str):
            with suppress(EmbeddingError):  # it was not fetched to its end
                return folder(Path(kept).parent, repository)
        files = huggingface_hub.HfApi().list_repo_files(repository)
        graph = next((each for each in GRAPHS if each in files), "")
        if not graph or "tokenizer.json" not in files:
            raise EmbeddingError(f"{repository} has no model.onnx and tokenizer.json", again=False)
        wanted = [graph, f"{graph}_data", *_BESIDE]
        fetched = huggingface_hub.snapshot_download(repository, allow_patterns=wanted)
        return folder(Path(fetched), repository)
    except EmbeddingError:
        raise
    except HFValidationError as error:
        raise EmbeddingError(f"{repository} is no repository of the hub", again=False) from error
    except RepositoryNotFoundError as error:
        raise EmbeddingError(f"the hub has no {repository}", again=False) from error
    except Exception as error:  # whatever its client raises
        raise EmbeddingError(f"the hub: {type(error).__name__}") from error
