"""What curators and administrators see and do. Nothing of it is there where no login is configured."""
