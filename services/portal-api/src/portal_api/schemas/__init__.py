"""Types, paging and examples that the models of the API share."""
