"""The collections of MongoDB. Only these modules call the driver."""
