"""The pages of the app; each asks, fetches and shows."""
