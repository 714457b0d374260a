"""``python -m local_stack.demo`` creates the demo's connectors when the system runs in
containers.
"""

from __future__ import annotations

import asyncio

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from common.settings import EnvironmentSettings, load
from local_stack.seed import seed
from local_stack.system_client import SystemClient, open_session


class Settings(EnvironmentSettings):
    """The addresses of the demo, prefix ``DEMO_``."""

    model_config = SettingsConfigDict(env_prefix="DEMO_", frozen=True, extra="ignore")

    portal_api_url: str = Field(description="Base address of portal-api.")
    portal_api_key: SecretStr = Field(description="API key of portal-api.")
    simulator_url: str = Field(
        description="Base address of the simulator for the dispatcher and this script."
    )


async def main(settings: Settings) -> None:
    """Create the connectors, and set the fault of the failing back office."""
    addresses = {"portal-api": settings.portal_api_url, "simulator": settings.simulator_url}
    async with open_session() as http:
        await seed(
            SystemClient(http, addresses, settings.portal_api_key.get_secret_value()),
            settings.simulator_url,
        )


if __name__ == "__main__":
    asyncio.run(main(load(Settings)))
