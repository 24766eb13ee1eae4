"""orders: a handler of Shoptet's webhooks as it should be.

It checks the signature, knows an event that it has seen, and remembers one only when its work is done, so that a retry
is worked on again.
"""

import hashlib
import hmac
import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "123456-p-600000-abcdefghijklmnopqrstuvwxyz012345"


class Orders:
    """The application; store(order) does its work, and may fail."""

    def __init__(self, shoptet, store):
        self.shoptet, self.store, self.key, self.seen = shoptet, store, "", set()
        self.lock = threading.Lock()
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                try:
                    status = app.handle(self.headers, body)
                except Exception:
                    status = 500
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhook"
        self.key = self.call("/api/webhooks/renew-signature-key")["signatureKey"]
        self.call("/api/webhooks", {"data": [{"event": "order:create", "url": self.url}]})

    def handle(self, headers, body):
        if not self.genuine(headers, body):
            return 401
        event = json.loads(body)
        name = (event["eshopId"], event["event"], event["eventInstance"], event["eventCreated"])
        with self.lock:
            if name in self.seen:
                return 200
            self.store(event["eventInstance"])
            self.seen.add(name)
        return 200

    def genuine(self, headers, body):
        want = hmac.new(self.key.encode(), body, hashlib.sha1).hexdigest()
        return hmac.compare_digest(want.encode(), headers.get("Shoptet-Webhook-Signature", "").encode())

    def call(self, path, document=None):
        request = urllib.request.Request(self.shoptet + path, method="POST", data=json.dumps(document or {}).encode())
        request.add_header("Shoptet-Private-Api-Token", TOKEN)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as response:
            return json.load(response)["data"]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
