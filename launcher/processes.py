"""Which processes make up the whole, how is each started, and how does one see that it is healthy?"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORTS = {
    "ZQ_SERVICES_PORT": "8020",
    "ZQ_EDGE_PORT": "8010",
    "ZQ_WORKER_PORT": "8011",
    "ZQ_SIM_PORT": "8030",
    "ZQ_RASA_PORT": "5005",
    "ZQ_ACTIONS_PORT": "5055",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessSpec:
    """One process, as data."""

    name: str
    argv: Sequence[str]
    #: Answers 200 when the process can do its work.
    health_url: str


def with_addresses(environment: Mapping[str, str]) -> dict[str, str]:
    """Adds ports and addresses by which our processes on this machine find each other, where none are set."""
    env = {**DEFAULT_PORTS, **environment}
    base = "http://127.0.0.1:"
    wired = {
        "ZQ_SERVICES_URL": base + env["ZQ_SERVICES_PORT"],
        "ZQ_RASA_URL": base + env["ZQ_RASA_PORT"],
        "ZQ_ACTIONS_URL": f"{base}{env['ZQ_ACTIONS_PORT']}/webhook",
        "ZQ_MODEL_URL": f"{base}{env['ZQ_SERVICES_PORT']}/training/v1/model",
        "ZQ_SIM_EDGE_URL": f"{base}{env['ZQ_EDGE_PORT']}/wechat",
        "ZQ_SIM_LOG": str(Path(env["ZQ_DATA_DIR"]) / "simulator.jsonl"),
    }
    return {**wired, **env}


def uses_simulator(environment: Mapping[str, str]) -> bool:
    """Without an address of the real platform, the simulator plays it."""
    return "ZQ_WECHAT_API_BASE" not in environment


def with_platform(environment: Mapping[str, str]) -> dict[str, str]:
    """Points the edge at the simulator where no platform is set."""
    if not uses_simulator(environment):
        return dict(environment)
    return {
        "ZQ_WECHAT_NOTICE_TEMPLATE_ID": "notice",
        "ZQ_WECHAT_SUBSCRIPTION_TEMPLATE_ID": "subscription",
        "ZQ_WECHAT_REMINDER_TEMPLATE_ID": "reminder",
        **environment,
        "ZQ_WECHAT_API_BASE": f"http://127.0.0.1:{environment['ZQ_SIM_PORT']}",
    }


def process_specs(environment: Mapping[str, str], *, simulator: bool) -> list[ProcessSpec]:
    """Every process of one machine, in the order in which they are started."""
    python = sys.executable

    def url(port: str, path: str) -> str:
        return f"http://127.0.0.1:{environment[port]}{path}"

    rasa = (
        *(python, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", environment["ZQ_RASA_PORT"]),
        *("--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
    )
    specs = [
        ProcessSpec(name="rasa", argv=rasa, health_url=url("ZQ_RASA_PORT", "/webhooks/edge/")),
        ProcessSpec(name="actions", argv=(python, "-m", "actions"), health_url=url("ZQ_ACTIONS_PORT", "/health")),
        ProcessSpec(
            name="services", argv=(python, "-m", "services", "serve"), health_url=url("ZQ_SERVICES_PORT", "/readyz")
        ),
        ProcessSpec(name="edge", argv=(python, "-m", "bot", "edge"), health_url=url("ZQ_EDGE_PORT", "/healthz")),
        ProcessSpec(name="worker", argv=(python, "-m", "bot", "worker"), health_url=url("ZQ_WORKER_PORT", "/healthz")),
    ]
    if simulator:
        argv = (python, "-m", "simulator")
        specs.append(ProcessSpec(name="simulator", argv=argv, health_url=url("ZQ_SIM_PORT", "/healthz")))
    return specs
