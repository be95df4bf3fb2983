"""What people change: permissions, users, submissions, reviews, edits, releases. Uses queries and below."""
