"""Where a model is spoken to, in which format, and what lets one in.

Nearly every provider has an address that takes OpenAI's format, and LiteLLM (1.105) lists them; the
lean client speaks to those itself, and to Anthropic in its own format. Only what is left over goes
through LiteLLM, which costs several times as much for each token.
"""

import os
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from hyperrun.llm import anthropic

if TYPE_CHECKING:
    from hyperrun.llm.choice import ModelChoice

Road = Literal["openai", "anthropic", "litellm"]

OPENAI_BASE = "https://api.openai.com/v1"
# By LiteLLM's name of the provider. "": there is none but the operator's own.
OPENAI_BASES = {
    "openai": OPENAI_BASE,
    "azure": "",
    "aiml": "https://api.aimlapi.com/v1",
    "baseten": "https://inference.baseten.co/v1",
    "cerebras": "https://api.cerebras.ai/v1",
    "codestral": "https://codestral.mistral.ai/v1",
    "cohere": "https://api.cohere.ai/compatibility/v1",
    "cohere_chat": "https://api.cohere.ai/compatibility/v1",
    "dashscope": "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    "deepinfra": "https://api.deepinfra.com/v1/openai",
    "deepseek": "https://api.deepseek.com/beta",
    "featherless_ai": "https://api.featherless.ai/v1",
    "fireworks_ai": "https://api.fireworks.ai/inference/v1",
    "friendliai": "https://api.friendli.ai/serverless/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai",
    "groq": "https://api.groq.com/openai/v1",
    "hosted_vllm": "",
    "huggingface": "https://router.huggingface.co/v1",
    "hyperbolic": "https://api.hyperbolic.xyz/v1",
    "inception": "https://api.inceptionlabs.ai/v1",
    "lambda_ai": "https://api.lambda.ai/v1",
    "litellm_proxy": "",
    "llamafile": "http://127.0.0.1:8080/v1",
    "lm_studio": "http://127.0.0.1:1234/v1",
    "meta_llama": "https://api.llama.com/compat/v1",
    "mistral": "https://api.mistral.ai/v1",
    "moonshot": "https://api.moonshot.ai/v1",
    "morph": "https://api.morphllm.com/v1",
    "nebius": "https://api.studio.nebius.ai/v1",
    "novita": "https://api.novita.ai/v3/openai",
    "nscale": "https://inference.api.nscale.com/v1",
    "nvidia_nim": "https://integrate.api.nvidia.com/v1",
    "ollama": "http://127.0.0.1:11434/v1",
    "ollama_chat": "http://127.0.0.1:11434/v1",
    "openai_like": "",
    "openrouter": "https://openrouter.ai/api/v1",
    "perplexity": "https://api.perplexity.ai",
    "sambanova": "https://api.sambanova.ai/v1",
    "together_ai": "https://api.together.xyz/v1",
    "v0": "https://api.v0.dev/v1",
    "vercel_ai_gateway": "https://ai-gateway.vercel.sh/v1",
    "volcengine": "https://ark.cn-beijing.volces.com/api/v3",
    "wandb": "https://api.inference.wandb.ai/v1",
    "xai": "https://api.x.ai/v1",
    "xinference": "http://127.0.0.1:9997/v1",
    "zai": "https://api.z.ai/api/paas/v4",
}
# Where LiteLLM looks for the operator's key, for the providers that cannot do without one.
KEY_VARIABLES = {
    "anthropic": ("ANTHROPIC_API_KEY",),
    "azure": ("AZURE_API_KEY", "AZURE_OPENAI_API_KEY"),
    "cerebras": ("CEREBRAS_API_KEY",),
    "cohere": ("COHERE_API_KEY",),
    "cohere_chat": ("COHERE_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "fireworks_ai": ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "groq": ("GROQ_API_KEY",),
    "mistral": ("MISTRAL_API_KEY",),
    "openai": ("OPENAI_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY",),
    "perplexity": ("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
    "together_ai": ("TOGETHERAI_API_KEY", "TOGETHER_API_KEY"),
    "huggingface": ("HUGGINGFACE_API_KEY", "HF_TOKEN"),
    "nvidia_nim": ("NVIDIA_NIM_API_KEY", "NVIDIA_API_KEY"),
    "xai": ("XAI_API_KEY",),
    "zai": ("ZAI_API_KEY",),
}

# Their own servers: an address of the operator's may go without the "/v1".
_OLLAMA = ("ollama", "ollama_chat")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to post a step, with what headers, and the name of the model there."""

    road: Road
    url: str = ""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    model: str = ""

    @property
    def base(self) -> str:
        """The address above what completes: where a server lists its models."""
        return self.url.partition("/chat/completions")[0].partition("/openai/deployments")[0]


def road_of(choice: "ModelChoice", litellm: Any) -> Road:
    """Which way this model is reached."""
    if choice.provider == "anthropic":
        return "anthropic"
    base = choice.api_base or OPENAI_BASES.get(choice.provider) or _from_environment(choice)
    if choice.provider in OPENAI_BASES and base:
        return "openai"
    if choice.api_base and choice.provider not in _known_providers(litellm):
        return "openai"
    return "litellm"


def endpoint_of(choice: "ModelChoice", litellm: Any) -> Endpoint:
    """The endpoint of a model on one of the lean roads."""
    road, name, key = road_of(choice, litellm), _model_name(choice, litellm), key_of(choice)
    if road == "litellm":
        return Endpoint(road, model=choice.name)
    if road == "anthropic":
        base = choice.api_base or _from_environment(choice) or anthropic.BASE
        url = base.rstrip("/").removesuffix("/v1/messages").removesuffix("/v1") + "/v1/messages"
        headers = {"x-api-key": key, "anthropic-version": anthropic.VERSION}
        return Endpoint(road, url, headers, name)
    base = choice.api_base or _from_environment(choice) or OPENAI_BASES[choice.provider]
    base = base.rstrip("/").removesuffix("/chat/completions")
    if choice.provider == "azure":
        headers = {"api-key": key}
        if base.endswith("/openai/v1"):
            return Endpoint(road, f"{base}/chat/completions", headers, name)
        deployment = choice.name.partition("/")[2]
        url = f"{base}/openai/deployments/{deployment}/chat/completions"
        return Endpoint(road, f"{url}?api-version={choice.api_version}", headers, name)
    if choice.provider in _OLLAMA and not base.endswith("/v1"):
        base += "/v1"
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Endpoint(road, f"{base}/chat/completions", headers, name)


def key_of(choice: "ModelChoice") -> str:
    """The key to send. The environment's is the operator's, and goes with the operator's models
    alone."""
    if choice.api_key or choice.own_key:
        return choice.api_key
    if choice.api_base and choice.provider == "openai":
        return ""  # anything may stand at an address that is only said to speak OpenAI's format
    provider = choice.provider
    variables = KEY_VARIABLES.get(provider, (f"{provider.upper()}_API_KEY",))
    return next((os.environ[name] for name in variables if os.environ.get(name)), "")


def _from_environment(choice: "ModelChoice") -> str:
    """The address that the operator's environment gives LiteLLM for this provider.

    OpenAI's is ours to choose, and a reader's key goes nowhere but to the provider's own.
    """
    if choice.own_key or choice.provider == "openai":
        return ""
    names = {choice.provider.upper(), choice.provider.upper().removesuffix("_AI"),
             choice.provider.upper().removesuffix("_CHAT")}  # fmt: skip
    variables = (f"{name}_{end}" for name in sorted(names) for end in ("API_BASE", "BASE_URL"))
    return next((value for name in variables if (value := os.environ.get(name))), "")


def _model_name(choice: "ModelChoice", litellm: Any) -> str:
    """The name its endpoint knows the model by: without LiteLLM's prefix, where it is one."""
    prefix, slash, name = choice.name.partition("/")
    is_prefix = slash and (prefix in OPENAI_BASES or prefix in _known_providers(litellm))
    name = name if is_prefix else choice.name
    if choice.provider == "fireworks_ai" and "/" not in name:
        name = f"accounts/fireworks/models/{name}"
    return name


def no_such_provider(choice: "ModelChoice", litellm: Any) -> tuple[str, str] | None:
    """The provider that nobody knows, and the one it is like ("": none); None where it is known,
    or where an address makes up for it."""
    prefix, slash, _ = choice.name.partition("/")
    known = _known_providers(litellm) | set(OPENAI_BASES)
    if not slash or choice.api_base or prefix in known:
        return None
    return prefix, next(iter(get_close_matches(prefix, sorted(known), 1)), "")


@cache
def _known_providers(litellm: Any) -> frozenset[str]:
    return frozenset(str(getattr(each, "value", each)) for each in litellm.provider_list)
