"""Every error this server raises on purpose.

HyperRunError                anything a reader may be told about
├── BadQuestion              the reader sent something we refuse                 HTTP 400
│   └── BadInput             a program did; `sentence` says in English what is wrong
├── NotYours                 no such conversation or turn, or somebody else's    HTTP 404
├── Busy                     an answer of this conversation is still in flight   HTTP 409
├── Leaving                  this process takes no more questions; another does   HTTP 503
├── LimitReached             too much, too fast; `retry_after_s` says when       HTTP 429
│   └── BudgetSpent          the day's money is gone: answer without a model
├── SearchError              the corpus could not be searched
│   └── SearchUnavailable    the program is missing or has no index yet
│       └── SearchNotReady   the first index is still being made
├── ModelError               the language model failed
│   ├── ModelNotConfigured   no model, or no key for it
│   ├── ModelRefusedKey      401, 403
│   ├── ModelUnknown         no such model
│   ├── ModelRateLimited     429
│   ├── ModelDown            5xx, no connection
│   ├── ModelStalled         nothing came for too long
│   ├── ModelCutOff          the stream broke before its end
│   ├── ModelContextTooLong  the prompt does not fit its window, even made shorter
│   ├── ModelQuotaSpent      the key's account has no money left
│   ├── ModelFiltered        the provider's filter let nothing through
│   ├── ModelOnlyThought     all it may write went into thinking
│   └── ModelTooSlow         it was still writing when the time was up
├── StoreError               what lasts could not be read or written
└── BadSetting               the environment says something we cannot use        at start

`str(error)` is for the log. `error.public` is for the reader: no paths, commands, keys. It is a key
of the interface texts (`hyperrun/languages`), so that readers are told in their own language.
"""


class HyperRunError(Exception):
    """Anything a reader may be told about. `public` names the sentence they are told."""

    public = "error_unexpected"
    status = 500


class BadQuestion(HyperRunError):
    """The reader sent something we refuse."""

    status = 400

    def __init__(self, detail: str, public: str = "error_bad_question") -> None:
        super().__init__(detail)
        self.public = public


class BadInput(BadQuestion):
    """A program sent something we refuse. `sentence` is for whoever writes it: it holds nothing
    but names and bounds."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotYours(HyperRunError):
    """No such conversation or turn, or somebody else's: the two look alike."""

    public = "error_not_found"
    status = 404


class Busy(HyperRunError):
    """An answer of this conversation is still in flight."""

    public = "error_busy"
    status = 409


class Leaving(HyperRunError):
    """This process takes no more questions, for it is about to end; another one does."""

    public = "error_leaving"
    status = 503
    retry_after_s = 1


class LimitReached(HyperRunError):
    """Too much, too fast. `retry_after_s` says when to come back, in seconds."""

    public = "error_limit"
    status = 429

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class BudgetSpent(LimitReached):
    """The day's money is gone; the answer is made without a model."""

    public = "error_budget"


class SearchError(HyperRunError):
    """The corpus could not be searched."""

    public = "error_search"
    status = 503


class SearchUnavailable(SearchError):
    """The program is missing or has no index yet."""


class SearchNotReady(SearchUnavailable):
    """The first index is still being made."""

    public = "error_still_reading"


class ModelError(HyperRunError):
    """The language model failed."""

    public = "error_model"
    status = 502


class ModelNotConfigured(ModelError):
    """There is no model, or no key for it."""

    public = "error_model_not_configured"


class ModelRefusedKey(ModelError):
    """The provider refused the key (401, 403)."""

    public = "error_model_refused_key"


class ModelUnknown(ModelError):
    """The provider knows no such model."""

    public = "error_model_unknown"


class ModelRateLimited(ModelError):
    """The provider said 429. `retry_after_s`: when to come back, in seconds; 0 if unsaid."""

    public = "error_model_rate_limited"

    def __init__(self, detail: str, retry_after_s: float = 0.0) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class ModelDown(ModelError):
    """The provider answered 5xx, or not at all."""

    public = "error_model_down"


class ModelStalled(ModelError):
    """Nothing came from the provider for too long, and the call was ended."""

    public = "error_model_stalled"


class ModelCutOff(ModelError):
    """The provider's stream broke before its end."""

    public = "error_model_cut_off"


class ModelContextTooLong(ModelError):
    """The prompt is longer than the model's window, in tokens, as the provider tells them (0: it
    does not)."""

    public = "error_model_context"

    def __init__(self, detail: str, window_tokens: int = 0, prompt_tokens: int = 0) -> None:
        super().__init__(detail)
        self.window_tokens = window_tokens
        self.prompt_tokens = prompt_tokens


class ModelQuotaSpent(ModelError):
    """The account behind the key has no credit left; asking again does not help."""

    public = "error_model_quota"


class ModelFiltered(ModelError):
    """The provider's content filter stopped the question or the whole answer."""

    public = "error_model_filtered"


class ModelOnlyThought(ModelError):
    """The model spent all it may write on thinking."""

    public = "error_model_only_thought"


class ModelTooSlow(ModelError):
    """The time for one answer was up while the model was still writing."""

    public = "error_model_too_slow"


class StoreError(HyperRunError):
    """What lasts could not be read or written; an answer goes on without its row."""

    public = "error_store"
    status = 503


class BadSetting(HyperRunError):
    """The environment says something we cannot use; the text names every such setting."""
