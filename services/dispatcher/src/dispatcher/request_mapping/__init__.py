"""The requests of deliveries, mapped again for people who may read them. Nothing is sent."""
