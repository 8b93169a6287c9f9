# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTP server of a test's own, in a thread."""

import threading


class Serving:
    """A context manager that serves with the server it is given, which is closed in the end."""

    def __init__(self, server):
        self.server = server
        self.thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def url(self, scheme):
        """Of the API that it stands for."""
        return f"{scheme}://127.0.0.1:{self.server.server_address[1]}/api_jsonrpc.php"
