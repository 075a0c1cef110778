import { assertEquals } from "@std/assert";
import type { LocalProcess } from "../../src/store/local.ts";
import type { OpenStore, Test } from "./store_contract.ts";

function process(mark: string, more: Partial<LocalProcess> = {}): LocalProcess {
  return { mark, pid: 4_194_303, startedAt: 1_000, model: "tiny:Q8_0", ...more };
}

export function localContract(test: Test, open: OpenStore): void {
  test("`processes` gives them as they were put, the oldest first", () => {
    using store = open();
    const [one, two] = [process("m1", { startedAt: 2_000 }), process("m2")];
    for (const each of [one, two]) store.processes.put(each);
    assertEquals(store.processes.list(), [two, one]);
    store.processes.put({ ...one, pid: 7 });
    assertEquals(store.processes.list(), [two, { ...one, pid: 7 }]);
    assertEquals([store.processes.remove("m1"), store.processes.remove("m1")], [true, false]);
    assertEquals(store.processes.list(), [two]);
  });

  test("`processes` bears long names, and is bounded", () => {
    using store = open();
    store.processes.put(process("long", { model: "m".repeat(1_000_000), startedAt: 1.5 }));
    const [first] = store.processes.list();
    assertEquals([first?.model.length, first?.startedAt], [256, 1]);
    for (let at = 0; at < 1_001; at++) store.processes.put(process(`m${at}`));
    assertEquals(store.processes.list().length, 1_000);
  });

  test("`folders` keeps each path once, in the order of adding", () => {
    using store = open();
    const [one, two] = [{ path: "/b", addedAt: 2 }, { path: "/a", addedAt: 1 }];
    assertEquals([one, two, { ...one, addedAt: 3 }].map(store.folders.add), [true, true, false]);
    assertEquals(store.folders.list(), [one, two]);
    assertEquals([store.folders.remove("/b"), store.folders.remove("/b")], [true, false]);
    assertEquals(store.folders.list(), [two]);
  });

  test("`folders` takes 64 of them", () => {
    using store = open();
    const add = (at: number) => store.folders.add({ path: `/${at}`, addedAt: at });
    assertEquals(Array.from({ length: 64 }, (_, at) => add(at)).every((is) => is === true), true);
    assertEquals([add(64), add(63)], ["too many", false]);
    assertEquals(store.folders.list().length, 64);
    store.folders.remove("/0");
    assertEquals(add(64), true);
  });
}
