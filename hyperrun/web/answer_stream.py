"""An answer on the wire: a snapshot, then what is new, then the end."""

import contextlib
import logging
import random
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

from starlette.requests import Request

from hyperrun.answering.answer import Update
from hyperrun.domain import Cost, Outcome, Step, Turn
from hyperrun.errors import Leaving, LimitReached, NotYours, StoreError
from hyperrun.web import sse
from hyperrun.web.answer_end import Meta
from hyperrun.web.answer_parts import SlowModel, Sources, Steps
from hyperrun.web.caller import Caller
from hyperrun.web.exchange import AnswerBody, GoneAnswer
from hyperrun.web.handling import fragment, view_for
from hyperrun.web.services import Services
from hyperrun.web.view import Problem, View

log = logging.getLogger("hyperrun")


async def follow(request: Request) -> sse.EventStream:
    """Follow an answer. Reads only: any number of connections, one model run.

    A late, gone or unknown id is answered like any other, with what there is and `close`: any
    other status makes htmx's extension come back for ever. A plain Starlette route, as
    `searching` has them.
    """
    services = Services.__from_request__(request)
    caller = Caller.of(request)
    place = services.limits.stream(caller.visitor, caller.address)
    view, turn_id = view_for(request, services), request.path_params["turn_id"]
    return sse.EventStream(frames(services, view, turn_id, caller.address, place))


async def frames(
    services: Services,
    view: View,
    turn_id: str,
    address: str,
    place: contextlib.AbstractContextManager[None],
) -> AsyncGenerator[str, None]:
    """The events of one connection: a snapshot, then what is new, then `close`.

    Without a `place` an end without `close`, so that the browser itself comes back in a while and
    is given a snapshot then.
    """
    try:
        with place:
            turn = await services.turns.read(turn_id)
            if turn is not None and turn.outcome is not Outcome.RUNNING:
                await services.limits.show(address, [turn])
            # What is said together goes out together: each part of a response costs a send.
            head, close = f"retry: {random.randint(1_000, 4_000)}\n\n", sse.frame("close", "")
            if turn is not None:
                following = services.turns.follow(turn_id, view.language, turn)
                steps: Sequence[Step] = ()
                is_slow = False
                async with contextlib.aclosing(following) as updates:
                    async for update in updates:
                        if update is None and services.models.default_name:
                            is_slow = True
                            waiting = fragment(*Steps(view, steps, turn.question), SlowModel(view))
                            yield head + sse.frame("steps", waiting)
                            head = ""
                            continue
                        if update is not None:
                            if is_slow and update.steps is None:  # the line goes
                                update = replace(update, steps=tuple(steps))
                            is_slow, steps = False, update.steps or steps
                        told = head + await frame_of(services, view, turn, update)
                        head = ""
                        if update is not None and update.outcome is not None:
                            yield told + close
                            return
                        yield told
            else:
                gone = GoneAnswer(view, view.say(NotYours.public))
                head += sse.frame("snapshot", fragment(gone))
            yield head + close
    except StoreError as away:
        log.warning("a stream waits for the store: %s", away)
        yield sse.frame("snapshot", fragment(Problem(view.say(away.public))))
        yield f"retry: {random.randint(1_000, 3_000)}\n\n"
    except (LimitReached, Leaving) as reached:
        yield f"retry: {reached.retry_after_s * 1_000}\n\n"


async def frame_of(services: Services, view: View, turn: Turn, update: Update | None) -> str:
    """One update on the wire. With the last, the turn as it has ended and what all have cost."""
    if update is None:
        return sse.KEEP_ALIVE
    total = None
    if update.ended is not None:
        turn = update.ended
        total = await services.turns.cost(turn.conversation)
    return "".join(events(view, turn, update, total))


def events(view: View, turn: Turn, update: Update, total: Cost | None) -> list[str]:
    """One update as events: the whole answer in a snapshot, otherwise the parts that changed."""
    if update.snapshot:
        return [sse.frame("snapshot", fragment(*AnswerBody(view, turn, update, total)))]
    changed = []
    if update.steps is not None:
        changed.append(sse.frame("steps", fragment(*Steps(view, update.steps, turn.question))))
    if update.blocks:
        changed.append(sse.frame("block", "".join(update.blocks)))
    if update.live is not None:
        changed.append(sse.frame("live", update.live))
    elif update.more:
        changed.append(sse.frame("more", update.more))
    if update.sources is not None:
        changed.append(sse.frame("sources", fragment(Sources(view, turn.id, update))))
    if update.outcome is not None:
        changed.append(sse.frame("meta", fragment(*Meta(view, turn, update, total))))
    return changed
