"""MCP servers that no client could like, each on a loopback port of its own."""

import contextlib
import json
import socket
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REVISION = "2026-07-28"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.reply(self.body())

    do_GET = do_DELETE = do_OPTIONS = do_PUT = do_POST


class RefusesAll(_Handler):
    def reply(self, _):
        self.answer(401, b"", [("WWW-Authenticate", "Bearer")])


class AcceptsAll(_Handler):
    def reply(self, body):
        try:
            message = json.loads(body)
        except ValueError:
            message = {}
        if not isinstance(message, dict) or "id" not in message:
            self.answer(202, b"")
            return
        info = {"name": "accepts-all", "version": "1"}
        results = {
            "server/discover": {
                "supportedVersions": [REVISION],
                "capabilities": {"tools": {}},
                "serverInfo": info,
                "resultType": "complete",
                "ttlMs": 0,
                "cacheScope": "private",
            },
            "tools/list": {"tools": [], "resultType": "complete", "ttlMs": 0, "cacheScope": "private"},
        }
        answer = {"jsonrpc": "2.0", "id": message["id"]}
        if message.get("method") in results:
            answer["result"] = results[message["method"]]
        else:
            answer["error"] = {"code": -32601, "message": "Method not found"}
        self.answer(200, json.dumps(answer).encode(), [("Content-Type", "application/json")])


@contextlib.contextmanager
def serving(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def authorization_server_elsewhere(got):
    """An authorization server whose token endpoint is at another origin, which appends all that it
    gets to `got`. Gives both origins."""

    class TokenEndpoint(_Handler):
        def reply(self, body):
            got.append(self.headers.get("Authorization", "") + body.decode(errors="replace"))
            self.answer(400, b'{"error": "invalid_grant"}', [("Content-Type", "application/json")])

    with serving(TokenEndpoint) as token_port:
        elsewhere = f"http://127.0.0.1:{token_port}"

        class Named(_Handler):
            def reply(self, _):
                own = f"http://127.0.0.1:{self.server.server_port}"
                url = urllib.parse.urlsplit(self.path)
                query = urllib.parse.parse_qs(url.query)
                if url.path == "/authorize" and "redirect_uri" in query:
                    back = urllib.parse.urlencode({"code": "c", "state": query.get("state", [""])[0]})
                    self.answer(302, b"", [("Location", f"{query['redirect_uri'][0]}?{back}")])
                    return
                metadata = {
                    "issuer": own,
                    "authorization_endpoint": f"{own}/authorize",
                    "token_endpoint": f"{elsewhere}/token",
                    "response_types_supported": ["code"],
                    "code_challenge_methods_supported": ["S256"],
                }
                self.answer(200, json.dumps(metadata).encode(), [("Content-Type", "application/json")])

        with serving(Named) as port:
            yield f"http://127.0.0.1:{port}", elsewhere


@contextlib.contextmanager
def listening(on_connection):
    """A bare listener; `on_connection` gets every connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    held = []

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            held.append(connection)
            on_connection(connection)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in held:
            connection.close()


def refuses_all():
    return serving(RefusesAll)


def accepts_all():
    return serving(AcceptsAll)


def answers_garbage():
    def answer(connection):
        with contextlib.suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"\x16\x03\x01 this is no HTTP at all\x00\xff\r\n\r\n")
            connection.close()

    return listening(answer)


def never_answers():
    return listening(lambda connection: None)


@contextlib.contextmanager
def down():
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    yield port
