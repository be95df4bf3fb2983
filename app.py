"""The server: ``streamlit run app.py``.

An ASGI app around the frame in ``pages/shared/frame.py``, so that no ``pages/`` folder lies beside the main script
(Streamlit's old router would run pages without the frame; docs/decisions, 201).
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from pages.shared.server import guard, monitors, routes, start_page, startup
from pages.shared.server.guard.faults import show_error
from pages.shared.server.static_files import StaticFiles

app = st.App(
    Path(__file__).resolve().parent / "pages" / "shared" / "frame.py",
    routes=[
        Route("/healthz", startup.healthz),
        Route("/metrics", monitors.metrics),
        *routes.ROUTES,
        *start_page.ROUTES,
    ],
    middleware=[Middleware(monitors.Requests), *guard.MIDDLEWARE, Middleware(StaticFiles)],
    lifespan=startup.lifespan,
    on_script_error=show_error,
)
