"""The Web API of Dataverse: an appointment and its resources in one change set of a batch."""
