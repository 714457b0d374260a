"""The API page of Business Central: one POST per appointment, lines inside it or afterwards."""
