"""Reading what is published: practices, library, facets, full text, needs, ranking. Uses catalogue."""
