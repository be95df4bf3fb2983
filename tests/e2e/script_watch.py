"""A browser that notices what hostile text could do: run scripts, fetch from elsewhere, make markup, break a page."""

from __future__ import annotations

import re
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from browser_page import settled, walk
from playwright.sync_api import Browser, Page, Request, expect
from playwright.sync_api import Error as PlaywrightError

HERE = ("localhost", "127.0.0.1")
_TELL = """
window.__done = [];
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
    window[name] = (...what) => { window.__done.push(name + ': ' + what.join().slice(0, 80)); };
document.addEventListener('securitypolicyviolation', event => {
    // Streamlit's own page begins with one inline script (its source is the page; what text inserts has none) and tries
    // WebAssembly; everything else would be the text's
    const start = event.effectiveDirective === 'script-src-elem' && event.blockedURI === 'inline'
        && event.sourceFile.startsWith(location.origin) && !event.sourceFile.endsWith('.js');
    if (!start && event.blockedURI !== 'wasm-eval')
        window.__done.push('policy: ' + event.effectiveDirective + ' ' + event.blockedURI.slice(0, 80));
});
"""
_MARKUP = """() => {
    const found = window.__done.splice(0);
    const root = document.querySelector('[data-testid="stApp"]') ?? document.body;
    for (const one of root.querySelectorAll('*')) {
        const tag = one.tagName.toLowerCase();
        if (/^(script|iframe|object|embed|base|meta|link|frame|marquee|video|audio)$/.test(tag))
            found.push('element: ' + one.outerHTML.slice(0, 120));
        for (const {name, value} of one.attributes) {
            if (name.startsWith('on')) found.push('attribute: ' + name + '=' + value.slice(0, 80));
            if (/^(href|src|action|formaction|xlink:href|data|poster|background)$/.test(name)
                    && /^[\\s\\u0000-\\u0020]*(javascript|vbscript|data:text)/i.test(value))
                found.push('address: ' + name + '=' + value.slice(0, 80));
            if (name === 'src' && /^(https?:)?\\/\\//.test(value) && new URL(value, location).host !== location.host)
                found.push('source: ' + value.slice(0, 80));
        }
    }
    return found;
}"""
_OPEN_ALL = """() => {
    for (const summary of document.querySelectorAll('[data-testid="stExpander"] details:not([open]) > summary'))
        summary.click();
}"""


class Watch:
    """One browser profile; ``faults`` is all that should not have happened, each with the place."""

    def __init__(self, browser: Browser, url: str = "") -> None:
        self.url = url
        self.faults: list[str] = []
        self.pages = 0
        self._place = ""
        self._context = browser.new_context(viewport={"width": 1280, "height": 900})
        self._context.set_default_timeout(30_000)
        self._context.add_init_script(_TELL)
        self._context.on("request", self._asked)
        self.page: Page = self._context.new_page()
        self.page.on("dialog", lambda dialog: (self._fault(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("pageerror", lambda error: self._fault(f"uncaught: {error}"))
        self.page.on("popup", lambda page: self._fault(f"window: {page.url}"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._context.close()

    def _fault(self, what: str) -> None:
        self.faults.append(f"{self._place}: {what[:300]}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "file", "about") and parts.hostname not in HERE:
            self._fault(f"request: {request.url}")

    def visit(self, address: str) -> None:
        """Go to a page of the app, open all that can be opened, and look."""
        self._place = address
        try:
            walk(self.page, self.url + address)
        except PlaywrightError as error:
            self._fault(f"broken: {error}")
            return
        self.look()

    def look(self) -> None:
        """Wait until the page is drawn, open all that can be opened, and note what should not be."""
        self.pages += 1
        try:
            settled(self.page)
        except AssertionError as error:
            self._fault(f"broken: {error}")
            return
        self.page.evaluate(_OPEN_ALL)
        expect(self.page.locator('[data-testid="stExpander"] details:not([open])')).to_have_count(0)
        if self.page.get_by_role("heading", level=1).count() != 1:
            self._fault("broken: not one heading of the first level")
        for alert in self.page.get_by_role("alert").all_inner_texts():
            if re.search("went wrong|Traceback|Error", alert):
                self._fault(f"broken: {alert}")
        self.inspect()

    def inspect(self) -> None:
        """Note scripts that ran and markup that no page of ours makes."""
        found: Any = self.page.evaluate(_MARKUP)
        for one in found:
            self._fault(one)

    def read(self, content: str, name: str) -> None:
        """Open a file that was taken away, without the server's policy, and look."""
        self._place = name
        self.pages += 1
        self.page.set_content(content)
        self.inspect()
