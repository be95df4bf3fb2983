"""What stands between the network and the pages: start, warm-up, routes, guard. Uses all of pages.shared."""
