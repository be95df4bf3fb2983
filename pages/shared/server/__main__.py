"""Print the description of the routes, as it stands in docs: ``python -m pages.shared.server > docs/openapi.json``."""

import json

from pages.shared.server.openapi import openapi
from pages.shared.server.routes import RESOURCES

print(json.dumps(openapi(RESOURCES, ""), ensure_ascii=False))
