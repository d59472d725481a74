"""A reader's own settings: the model and the key that pays for it."""

from fastcore.xml import FT
from fasthtml.core import APIRouter
from starlette.requests import Request

from hyperrun.errors import BadQuestion
from hyperrun.web.composer import Token
from hyperrun.web.forms import KeyForm, ReaderForm
from hyperrun.web.handling import require_conversation, view_for
from hyperrun.web.services import Services
from hyperrun.web.settings_form import KeyState, ModelsOf, SettingsSheet

route = APIRouter()


@route("/settings", methods=["GET"])
async def settings_panel(request: Request, services: Services) -> FT:
    """The sheet for the reader's own model and key."""
    view = view_for(request, services)
    models = services.models
    providers = await models.providers()
    first = await models.of_provider(providers[0]) if providers else []
    return SettingsSheet(view, providers, first, models.default_name)


@route("/models", methods=["GET"])
async def models_of_provider(request: Request, services: Services) -> tuple[FT, ...]:
    """The models of one provider, as options."""
    provider = request.query_params.get("provider", "")[:100]
    view = view_for(request, services)
    return ModelsOf(view, provider, await services.models.of_provider(provider))


@route("/key-state", methods=["POST"])
async def key_state(request: Request, services: Services, form: ReaderForm) -> FT:
    """Whose key pays for this reader's next question."""
    view = view_for(request, services, form.lang)
    conversation = services.tokens.check(form.token)
    kept = await services.keys.get(conversation) if conversation else None
    return KeyState(view, kept.model if kept else "", services.models.default_name)


@route("/save-settings", methods=["POST"])
async def save_settings(request: Request, services: Services, form: KeyForm) -> tuple[FT, ...]:
    """Keep the reader's own key, encrypted; it never leaves the server again."""
    view = view_for(request, services, form.lang)
    choice = services.models.readers(form.model, form.api_key)
    if choice.name not in await services.models.of_provider(choice.provider):
        raise BadQuestion(f"model {choice.name!r} is not in the list", "error_bad_model")
    session = services.tokens.open(form.token)
    await services.keys.put(session.conversation, choice.name, form.api_key)
    said = view.say("saved", model=choice.name)
    return (
        KeyState(view, choice.name, services.models.default_name, said),
        Token(session.token, swap=True),
    )


@route("/forget-key", methods=["POST"])
async def forget_key(request: Request, services: Services, form: ReaderForm) -> FT:
    """Forget the reader's own key."""
    view = view_for(request, services, form.lang)
    await services.keys.forget(require_conversation(services, form))
    return KeyState(view, "", services.models.default_name, view.say("forgotten"))
