"""The connectors (MBOC settings) as an administrator knows them."""
