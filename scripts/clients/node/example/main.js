// The application alone: SHOPTET is the API it registers at, PORT where it listens, SELF how it is called back.
import { startOrders } from "./app.js";

const { SHOPTET, PORT = "0", SELF } = process.env;
const app = await startOrders(SHOPTET, async (order) => console.log(`order ${order}`), { host: "0.0.0.0", port: Number(PORT), self: SELF });
console.log(`orders: called back at ${app.url}`);
process.once("SIGTERM", () => app.stop());
