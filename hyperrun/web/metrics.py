"""Numbers for Prometheus, written by its own library; behind `HYPERRUN_METRICS`.

The library is imported only where the switch is on. Each app has a registry of its own.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from starlette.requests import Request

from hyperrun.domain import Asker, Turn
from hyperrun.limits import Limits, Reservation


class Metrics:
    """Counts requests and answers; reads the limits' own counts when it is asked."""

    def __init__(self, limits: Limits) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.limits = limits
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "hyperrun_requests",
            "HTTP requests, by route and status",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "hyperrun_request_seconds",
            "Time from a request to the end of its response; streams are answers, not requests",
            ["route"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=self.registry,
        )
        self._answers = Counter(
            "hyperrun_answers",
            "Answers that ended, by outcome and error",
            ["outcome", "error"],
            registry=self.registry,
        )
        self._askers = Counter(
            "hyperrun_askers",
            "Answers that ended, by the door they were asked at and by who asked",
            ["door", "asker"],
            registry=self.registry,
        )
        self._calls = Counter(
            "hyperrun_calls",
            "What programs have asked for, by their door",
            ["door", "call", "asker"],
            registry=self.registry,
        )
        self._answer_seconds = Histogram(
            "hyperrun_answer_seconds",
            "Time from a question to the end of its answer",
            buckets=(0.5, 1, 2, 5, 10, 20, 30, 60, 120),
            registry=self.registry,
        )
        self._tokens = Counter(
            "hyperrun_tokens",
            "Tokens, by kind and payer",
            ["kind", "payer"],
            registry=self.registry,
        )
        self._claims = Counter(
            "hyperrun_cited_sentences",
            "Cited sentences of written answers, by whether the cited lines hold what they say",
            ["held"],
            registry=self.registry,
        )
        self._cost = Counter(
            "hyperrun_cost_usd", "Cost of answers, by payer", ["payer"], registry=self.registry
        )
        self.registry.register(_LimitsCollector(limits))

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request has ended."""
        if method not in ("GET", "HEAD", "POST"):
            method = "other"  # a stranger's word would be a label of its own
        self._requests.labels(method, route, str(status)).inc()
        if not route.endswith("/stream/{turn_id}"):
            self._seconds.labels(route).observe(seconds)

    def called(self, asker: Asker, call: str) -> None:
        """A program has asked for something; `call` is one of our own names."""
        self._calls.labels(asker.door.value, call, kind_of(asker)).inc()

    async def answered(self, turn: Turn, _: Reservation) -> None:
        """One answer has ended."""
        self._answers.labels(turn.outcome.value, turn.error).inc()
        self._askers.labels(turn.asker.door.value, kind_of(turn.asker)).inc()
        if turn.ended is not None:
            self._answer_seconds.observe(max(turn.ended - turn.started, 0.0))
        payer = "reader" if turn.usage.own_key else "operator"
        self._tokens.labels("prompt", payer).inc(turn.usage.prompt_tokens)
        self._tokens.labels("completion", payer).inc(turn.usage.completion_tokens)
        claims, unsupported = turn.claims
        self._claims.labels("yes").inc(claims - unsupported)
        self._claims.labels("no").inc(unsupported)
        self._cost.labels(payer).inc(turn.usage.cost_usd or 0.0)

    async def text(self) -> tuple[bytes, str]:
        """Everything in Prometheus's text format, and its media type."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        await self.limits.budget.spent_today_usd()
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


def kind_of(asker: Asker) -> str:
    """Person or agent: an agent's own name would be a stranger's label; it stands in the report."""
    return "agent" if asker.agent else "person"


class _LimitsCollector:
    """Places taken and questions refused, as they are when somebody looks."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        limits = self.limits
        yield GaugeMetricFamily(
            "hyperrun_answers_in_flight", "Answers in flight", value=limits.answers.in_all
        )
        yield GaugeMetricFamily(
            "hyperrun_streams_open",
            "Connections that follow an answer",
            value=limits.streams.in_all,
        )
        yield GaugeMetricFamily(
            "hyperrun_spent_today_usd",
            "Spent on the operator's key since midnight UTC, with what is set aside",
            value=round(limits.budget.spent_usd, 6),
        )
        yield GaugeMetricFamily(
            "hyperrun_budget_usd",
            "The day's budget; -1 where there is none",
            value=-1 if limits.budget.budget_usd is None else limits.budget.budget_usd,
        )
        refused = CounterMetricFamily(
            "hyperrun_refused", "Refused by a limit, by its kind", labels=["limit"]
        )
        for kind, count in limits.refused.items():
            refused.add_metric([kind], count)
        yield refused


def may_see_metrics(request: Request) -> bool:
    """Only a private address that asks directly: through a proxy that nobody named, every reader
    would look private."""
    if request.scope.get("hyperrun.forwarded") or request.client is None:
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback
