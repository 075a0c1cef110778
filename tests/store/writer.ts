/** Writes to a store and says what is kept, until it is killed. Arguments: file, bytes of a text. */
import { openStore } from "../../src/store/sqlite.ts";
import { BOUNDS } from "./store_file.ts";
import { item, response, usage } from "./samples.ts";

const [path = "", size = "0"] = Deno.args;
const store = openStore({ path, bounds: { ...BOUNDS, count: 500 } });
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));

store.conversations.create({ id: "conv", owner: "ann", createdAt: 1, metadata: "{}" }, []);
store.responses.put(response("background", { status: "in_progress", background: true }));
say("open");
for (let at = 0;; at++) {
  store.responses.put(response(`resp_${at}`, { createdAt: at, text: `"${"x".repeat(+size)}"` }));
  store.events.append("background", [{ first: at, last: at, text: `data: ${at}\n\n` }]);
  store.conversations.append("conv", "ann", [item(`item_${at}`)]);
  store.usage.record(usage({ requestId: `req_${at}` }));
  say(String(at));
  if (at % 50 === 49) store.sweep();
}
