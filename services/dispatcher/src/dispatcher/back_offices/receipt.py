from dispatcher._shim import Receipt  # noqa: F401
