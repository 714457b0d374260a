"""Turns the changes that Dime.Scheduler reports into transactions.

A change is accepted only after RabbitMQ has confirmed it.
"""
