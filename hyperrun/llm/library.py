"""The model library, LiteLLM under Lisette: imported once, by one thread.

Whoever asks for a module of LiteLLM's while another thread is importing the whole finds half of
it, and both imports fail (Python 3.11, LiteLLM 1.105). So it is had from here alone, and an import
that somebody else's has broken is made again.
"""

import gc
import logging
import os
import sys
import time
from threading import Lock
from types import ModuleType

log = logging.getLogger(__name__)

TRIES, PAUSE_S = 4, 0.5  # the other thread's import goes on meanwhile
_one_imports = Lock()
_lisette: ModuleType | None = None


def lisette() -> ModuleType:
    """Lisette, without a connection to anywhere. The first time takes seconds: for a thread."""
    global _lisette
    with _one_imports:
        if _lisette is None:
            _lisette = _imported()
        return _lisette


def _imported() -> ModuleType:
    """Lisette, once nobody breaks its import."""
    for _ in range(TRIES - 1):
        try:
            return _import_lisette()
        except Exception as error:  # a name or a module that is half there, a deadlock of locks
            log.warning("the model library is imported again: %s", error)
            time.sleep(PAUSE_S)
            _drop_halves()
    return _import_lisette()


def _drop_halves() -> None:
    """Forget what an import that failed has left behind: it would be taken for whole."""
    for name in list(sys.modules):
        if name.partition(".")[0] in ("litellm", "lisette"):
            del sys.modules[name]


def _import_lisette() -> ModuleType:
    # Without this, litellm fetches its price list at import and waits for it.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    # LiteLLM 1.105 puts a filter on uvicorn's logger that imports more of LiteLLM: one line logged
    # in the meantime, and this import failed for good. Our own formatter cuts keys out.
    os.environ["LITELLM_DISABLE_REDACT_SECRETS"] = "true"
    import lisette
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.drop_params = True
    # 300,000 objects now live for ever; scanning them again stops the event loop for 150 ms.
    gc.collect()
    gc.freeze()
    # Looking at the youngest takes 0.3 us for each: 3 ms, where 50,000 of them took 15.
    gc.set_threshold(10_000, 20, 100)
    module: ModuleType = lisette
    return module
