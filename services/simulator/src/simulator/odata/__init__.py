"""What the API page and Dataverse have in common: JSON in OData version 4."""
