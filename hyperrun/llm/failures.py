"""What a provider's client raises, as one of our own errors."""

from hyperrun.errors import (
    ModelContextTooLong,
    ModelCutOff,
    ModelDown,
    ModelError,
    ModelFiltered,
    ModelQuotaSpent,
    ModelRateLimited,
    ModelRefusedKey,
    ModelStalled,
    ModelUnknown,
)
from hyperrun.llm import refusals

# LiteLLM's exceptions by name: naming the classes would import it.
_BY_NAME: dict[str, type[ModelError]] = {
    "ContextWindowExceededError": ModelContextTooLong,
    "ContentPolicyViolationError": ModelFiltered,
    "AuthenticationError": ModelRefusedKey,
    "PermissionDeniedError": ModelRefusedKey,
    "NotFoundError": ModelUnknown,
    "RateLimitError": ModelRateLimited,
    "Timeout": ModelStalled,
    "APIConnectionError": ModelDown,
    "ServiceUnavailableError": ModelDown,
    "InternalServerError": ModelDown,
    "BadGatewayError": ModelDown,
    "MidStreamFallbackError": ModelCutOff,
    "ClientPayloadError": ModelCutOff,
    "ServerDisconnectedError": ModelCutOff,
    "ConnectionError": ModelCutOff,
}


def as_model_error(error: Exception, *, begun: bool = False, secret: str = "") -> ModelError:
    """Any failure of a provider as one of our own. `begun`: words had come before it."""
    detail = str(error) if isinstance(error, ModelError) else f"{type(error).__name__}: {error}"
    if secret:
        detail = detail.replace(secret, "[key]")
    if isinstance(error, ModelError):
        error.args = (detail[:2_500], *error.args[1:])
        return error
    names = [kind.__name__ for kind in type(error).__mro__]
    known = next((_BY_NAME[name] for name in names if name in _BY_NAME), None)
    status = getattr(error, "status_code", 0)
    refusal = refusals.Refusal(status if isinstance(status, int) else 0, message=str(error))
    told = refusals.error_of(refusal, detail[:500])
    if isinstance(told, ModelContextTooLong) or known is ModelContextTooLong:
        return ModelContextTooLong(detail[:500], *refusals.window(refusal))
    if known is None or isinstance(told, ModelQuotaSpent | ModelFiltered):
        known = type(told)
    if begun and known is ModelDown:
        known = ModelCutOff
    return known(detail[:500])
