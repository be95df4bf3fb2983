"""Finding, reading and comparing practices. Uses library, self_assessment, components and practices_db."""
