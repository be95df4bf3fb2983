"""For whoever runs the server: build, check, recovery, backups, replicas, command line. Uses all below."""
