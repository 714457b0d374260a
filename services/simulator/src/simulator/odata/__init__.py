"""The common part of the API page and Dataverse: JSON in OData version 4."""
