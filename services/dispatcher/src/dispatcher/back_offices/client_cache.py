from dispatcher.back_offices.current import Current


class BackOfficeCache(Current):
    def get(self, connector):
        return self.of(connector)
