"""What stands between the network and the app: every request passes these before a page sees it.

The order is that of ``MIDDLEWARE``, outermost first: headers go on every answer, also on refusals.
"""

from starlette.middleware import Middleware

from pages.shared.server.guard.downloads import Downloads
from pages.shared.server.guard.faults import Faults
from pages.shared.server.guard.gates import ClosedPaths, Hosts, Origins
from pages.shared.server.guard.headers import SecurityHeaders
from pages.shared.server.guard.messages import Messages
from pages.shared.server.guard.rates import Requests, Sockets
from pages.shared.server.guard.uploads import Uploads

_ORDER = (SecurityHeaders, Faults, Hosts, ClosedPaths, Origins, Requests, Sockets, Messages, Downloads, Uploads)
MIDDLEWARE = [Middleware(one) for one in _ORDER]
