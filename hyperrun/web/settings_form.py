"""The sheet in which a reader brings a model and a key, and says how answers are read out."""

from collections.abc import Sequence

import fhdaisy as ui
from fastcore.xml import FT
from fasthtml.components import (
    H3,
    A,
    Datalist,
    Div,
    Form,
    Input,
    Label,
    Option,
    P,
    Section,
    Select,
    Small,
    Span,
)

from hyperrun.web.view import Icon, Sheet, View

# Where a reader gets a key.
KEY_PAGES = {
    "anthropic": "https://console.anthropic.com/settings/keys",
    "cerebras": "https://cloud.cerebras.ai",
    "cohere": "https://dashboard.cohere.com/api-keys",
    "cohere_chat": "https://dashboard.cohere.com/api-keys",
    "deepseek": "https://platform.deepseek.com/api_keys",
    "fireworks_ai": "https://app.fireworks.ai/settings/users/api-keys",
    "gemini": "https://aistudio.google.com/apikey",
    "groq": "https://console.groq.com/keys",
    "mistral": "https://console.mistral.ai/api-keys",
    "openai": "https://platform.openai.com/api-keys",
    "openrouter": "https://openrouter.ai/settings/keys",
    "perplexity": "https://www.perplexity.ai/settings/api",
    "together_ai": "https://api.together.ai/settings/api-keys",
    "xai": "https://console.x.ai",
}


# Names that are not written as LiteLLM writes them, with a capital.
NAMES = {
    "cohere_chat": "Cohere",
    "deepseek": "DeepSeek",
    "fireworks_ai": "Fireworks AI",
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
    "together_ai": "Together AI",
    "xai": "xAI",
}


def name_of(provider: str) -> str:
    """What a provider calls itself, as far as can be told."""
    return NAMES.get(provider) or provider.replace("_", " ").capitalize()


def SettingsSheet(
    view: View, providers: Sequence[str], models: Sequence[str], default_model: str
) -> FT:
    """The reader's own model and key; without `providers` it only says what is set."""
    say = view.say
    intro = say("settings_intro") if providers else _operator_choice(view, default_model)
    return Sheet(
        view,
        "settings",
        Section(
            H3(say("settings_model")),
            P(intro, cls="sheet-lead"),
            KeyForm(view, providers, models) if providers else "",
            cls="sheet-part",
        ),
        Section(
            H3(say("settings_reading")),
            Label(
                Input(type="checkbox", id="announces", cls="checkbox checkbox-sm"),
                Span(say("announce"), Small(say("announce_more"))),
                cls="choice",
            ),
            cls="sheet-part",
        ),
    )


def _operator_choice(view: View, model: str) -> str:
    if not model:
        return view.say("settings_off_none")
    return view.say("settings_off", model=model)


def KeyForm(view: View, providers: Sequence[str], models: Sequence[str]) -> FT:
    """Provider, model and key. What is in use is asked for with the reader's token."""
    say = view.say
    return Form(
        Div(
            id="key-state",
            cls="key-state",
            hx_post=view.links.key_state,
            hx_trigger="load",
            hx_swap="outerHTML",
        ),
        Field(
            say("provider"),
            Select(
                *[Option(name_of(provider), value=provider) for provider in providers],
                name="provider",
                cls="select",
                hx_get=view.links.models,
                hx_params="provider",
                hx_swap="innerHTML",
                hx_target="#model-choice",
                hx_trigger="change",
            ),
        ),
        Field(
            say("model"),
            # As one types, the browser narrows the list.
            ModelName(models),
        ),
        Datalist(*ModelOptions(models), id="model-choice"),
        Div(
            Field(
                say("api_key"),
                Input(
                    type="password",
                    name="api_key",
                    autocomplete="off",
                    spellcheck="false",
                    maxlength="500",
                    cls="input",
                ),
            ),
            KeyPage(view, providers[0]),
        ),
        Div(
            ui.Btn(Icon("key-round", 16), say("save"), type="submit", cls="-sm -primary"),
            cls="form-row",
        ),
        hx_post=view.links.save_settings,
        hx_target="#key-state",
        hx_swap="outerHTML",
        cls="key-form",
    )


def ModelName(models: Sequence[str], **attributes: str) -> FT:
    """The box with the model's name, the first of `models` to begin with."""
    return Input(
        name="model",
        id="model-name",
        value=models[0] if models else "",
        list="model-choice",
        autocomplete="off",
        spellcheck="false",
        maxlength="200",
        cls="input",
        **attributes,
    )


def KeyPage(view: View, provider: str, swap: bool = False) -> FT:
    """Where one gets a key of this provider, where that is known."""
    swapping = {"hx_swap_oob": "true"} if swap else {}
    page = KEY_PAGES.get(provider)
    link = (
        A(
            view.say("get_key", provider=name_of(provider)),
            href=page,
            target="_blank",
            rel="noopener noreferrer",
            cls="link",
        )
        if page
        else ""
    )
    return P(link, id="key-page", cls="field-note", **swapping)


def Field(name: str, control: FT) -> FT:
    """A control under its name."""
    return Label(Span(name), control, cls="field")


def KeyState(view: View, own: str, default_model: str, said: str = "") -> FT:
    """Whose key pays for the next question, what has just been done about it, and the way back."""
    say = view.say
    if own:
        state = say("key_in_use", model=own)
    elif default_model:
        state = say("default_model", model=default_model)
    else:
        state = say("default_none")
    forget = ui.Btn(
        say("forget"),
        type="button",
        cls="-sm btn-plain",
        hx_post=view.links.forget_key,
        hx_target="#key-state",
        hx_swap="outerHTML",
    )
    return Div(
        P(Span(said, " ") if said else "", state, role="status"),
        forget if own else "",
        id="key-state",
        cls="key-state",
    )


def ModelOptions(models: Sequence[str]) -> list[FT]:
    """What the model list offers."""
    return [Option(value=model) for model in models]


def ModelsOf(view: View, provider: str, models: Sequence[str]) -> tuple[FT, ...]:
    """Another provider's models, the first of them filled in, and where its keys are made."""
    named = ModelName(models, hx_swap_oob="true")
    return (*ModelOptions(models), named, KeyPage(view, provider, swap=True))
