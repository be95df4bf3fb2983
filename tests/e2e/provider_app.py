"""The provider's process: ``python provider_app.py PORT``. Its pages come without the style sheet from outside."""

import os
import re
import sys

import flask
import oidc_provider_mock
from werkzeug.serving import run_simple


def without_styles(answer: flask.Response) -> flask.Response:
    """Take the link to a style sheet on another server out of a page."""
    if answer.mimetype == "text/html":
        answer.set_data(re.sub(r"<link[^>]*>", "", answer.get_data(as_text=True)))
    return answer


if __name__ == "__main__":
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain http, on this machine only
    app = oidc_provider_mock.app()
    app.after_request(without_styles)
    run_simple("localhost", int(sys.argv[1]), app, threaded=True)
