from typing import Any, NamedTuple

from dispatcher.back_offices.exchanges import Trail, followed


class Receipt(NamedTuple):
    http_status: int
    exchange: Any


class ShimClient:
    def __init__(self, office):
        self.office = office

    def prepare(self, request):
        return request

    async def send(self, request):
        trail = Trail()
        try:
            with followed(trail):
                status = await self.office.send(request)
        except Exception as error:
            error.exchange = trail.last
            raise
        return Receipt(status, trail.last)

    async def probe(self):
        return await self.office.probe()

    async def close(self):
        await self.office.close()
