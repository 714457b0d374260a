"""The whole system on one machine: real servers, every service, and the simulator."""
