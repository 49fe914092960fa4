"""Values, which import nothing but each other."""
