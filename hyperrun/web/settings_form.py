"""The dialog in which a reader brings a model and a key of their own."""

from collections.abc import Sequence

import fhdaisy as ui
from fastcore.xml import FT
from fasthtml.components import Div, Form, Input, Label, Option, P, Select, Span

from hyperrun.web.view import Dialog, Icon, View


def SettingsPanel(
    view: View, providers: Sequence[str], models: Sequence[str], default_model: str
) -> FT:
    """A dialog for the reader's own model and key; without `providers` it only says what is set."""
    say = view.say
    intro = say("settings_intro") if providers else _operator_choice(view, default_model)
    return Dialog(
        view,
        "settings",
        P(intro),
        KeyForm(view, providers, models) if providers else "",
        Form(ui.Btn(say("close"), cls="-sm"), method="dialog", cls="modal-action"),
    )


def _operator_choice(view: View, model: str) -> str:
    if not model:
        return view.say("settings_off_none")
    return view.say("settings_off", model=model)


def KeyForm(view: View, providers: Sequence[str], models: Sequence[str]) -> FT:
    """Provider, model and key. What is in use is asked for with the reader's token."""
    say = view.say
    return Form(
        P(
            id="key-state",
            cls="key-state",
            hx_post=view.links.key_state,
            hx_trigger="load",
            hx_swap="outerHTML",
        ),
        Field(
            say("provider"),
            Select(
                *[Option(provider, value=provider) for provider in providers],
                name="provider",
                cls="select select-sm w-full",
                hx_get=view.links.models,
                hx_params="provider",
                hx_swap="innerHTML",
                hx_target="#model-choice",
                hx_trigger="change",
            ),
        ),
        Field(
            say("model"),
            Select(
                *ModelOptions(models),
                name="model",
                id="model-choice",
                cls="select select-sm w-full",
            ),
        ),
        Field(
            say("api_key"),
            Input(
                type="password",
                name="api_key",
                autocomplete="off",
                spellcheck="false",
                maxlength="500",
                cls="input input-sm w-full",
            ),
        ),
        Div(
            ui.Btn(Icon("key-round", 14), say("save"), type="submit", cls="-sm -primary"),
            ui.Btn(
                say("forget"),
                type="button",
                cls="-sm -ghost",
                hx_post=view.links.forget_key,
                hx_target="#key-state",
                hx_swap="outerHTML",
            ),
            cls="flex gap-2",
        ),
        hx_post=view.links.save_settings,
        hx_target="#key-state",
        hx_swap="outerHTML",
        cls="key-form",
    )


def Field(name: str, control: FT) -> FT:
    """A control under its name."""
    return Label(Span(name), control, cls="field")


def KeyState(view: View, own: str, default_model: str, said: str = "") -> FT:
    """Whose key pays for the next question, and what has just been done about it."""
    if own:
        state = view.say("key_in_use", model=own)
    elif default_model:
        state = view.say("default_model", model=default_model)
    else:
        state = view.say("default_none")
    return P(Span(said, " ") if said else "", state, id="key-state", role="status", cls="key-state")


def ModelOptions(models: Sequence[str]) -> list[FT]:
    """What the model list offers."""
    return [Option(model, value=model) for model in models]
