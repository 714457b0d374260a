"""Operations of administrators on many deliveries, which retry runs."""
