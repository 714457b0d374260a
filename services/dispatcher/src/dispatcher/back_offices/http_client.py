from dispatcher.back_offices.access import Tools as SharedResources  # noqa: F401
