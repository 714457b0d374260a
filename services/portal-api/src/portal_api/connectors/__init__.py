"""The connectors (MBOC settings) that administrators enter, and their checks."""
