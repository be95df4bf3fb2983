"""Publications, organisations and needs: forms and lists. Uses components and practices_db."""
