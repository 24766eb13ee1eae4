// orders: a handler of Shoptet's webhooks as it should be. It checks the signature, knows an event that it has seen, and
// remembers one only when its work is done, so that a retry is worked on again.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const token = "123456-p-600000-abcdefghijklmnopqrstuvwxyz012345";

function genuine(key, headers, body) {
  const want = createHmac("sha1", key).update(body).digest();
  const got = Buffer.from(headers["shoptet-webhook-signature"] ?? "", "hex");
  return got.length === want.length && timingSafeEqual(got, want);
}

/** Starts the application; store(order) does its work, and may fail. */
export async function startOrders(shoptet, store, { host = "127.0.0.1", port = 0, self } = {}) {
  const seen = new Set();
  let key = "";
  const server = createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    res.statusCode = await handle(req.headers, body).catch(() => 500);
    res.end();
  });

  async function handle(headers, body) {
    if (!genuine(key, headers, body)) return 401;
    const { eshopId, event, eventInstance, eventCreated } = JSON.parse(body);
    const id = [eshopId, event, eventInstance, eventCreated].join("/");
    if (seen.has(id)) return 200;
    await store(eventInstance);
    seen.add(id);
    return 200;
  }

  await new Promise((listening) => server.listen(port, host, listening));
  const url = `${self ?? `http://127.0.0.1:${server.address().port}`}/webhook`;
  const call = async (path, data) => {
    const res = await fetch(shoptet + path, { method: "POST", headers: { "Shoptet-Private-Api-Token": token, "Content-Type": "application/json" }, body: data && JSON.stringify({ data }) });
    if (!res.ok) throw new Error(`Shoptet: ${res.status} ${await res.text()}`);
    return (await res.json()).data;
  };
  key = (await call("/api/webhooks/renew-signature-key")).signatureKey;
  await call("/api/webhooks", [{ event: "order:create", url }]);
  return { url, stop: () => new Promise((closed) => server.close(closed).closeAllConnections()) };
}
