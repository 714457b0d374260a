"""The edge of every HTTP service: limits per connection, strict headers, unexpected errors."""
