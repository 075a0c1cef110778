import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { evictions, type Memory, type Resident, type Room } from "../../src/supervise/evict.ts";

function model(id: string, vram: number, more: Partial<Resident> = {}): Resident {
  return { id, memory: { ram: 1, vram }, lastUsed: 0, pinned: false, ...more };
}

const ROOM: Room = { memory: { ram: 100, vram: 24 }, most: 4 };

Deno.test("`evictions()` takes nobody where there is room", () => {
  assertEquals(evictions({ ram: 1, vram: 4 }, [model("a", 10), model("b", 10)], ROOM), []);
  assertEquals(evictions({ ram: 1, vram: 400 }, [], ROOM), []);
});

Deno.test("`evictions()` takes the least recently used first", () => {
  const residents = [model("a", 8, { lastUsed: 3 }), model("b", 8, { lastUsed: 1 })];
  assertEquals(evictions({ ram: 1, vram: 10 }, residents, ROOM), ["b"]);
  assertEquals(evictions({ ram: 1, vram: 20 }, residents, ROOM), ["b", "a"]);
});

Deno.test("`evictions()` takes the first of those that are at work, however often it is asked", () => {
  let now = 0;
  const busy = ["a", "b", "c"].map((id) => ({
    ...model(id, 8),
    get lastUsed() {
      return now++;
    },
  }));
  for (let i = 0; i < 3; i++) assertEquals(evictions({ ram: 1, vram: 8 }, busy, ROOM), ["a"]);
});

Deno.test("`evictions()` spares a small one that is not in the way after all", () => {
  const residents = [model("small", 2, { lastUsed: 1 }), model("large", 20, { lastUsed: 2 })];
  assertEquals(evictions({ ram: 1, vram: 20 }, residents, ROOM), ["large"]);
});

Deno.test("`evictions()` counts models too", () => {
  const residents = ["a", "b"].map((id, lastUsed) => model(id, 1, { lastUsed }));
  assertEquals(evictions({ ram: 1, vram: 1 }, residents, { ...ROOM, most: 2 }), ["a"]);
});

Deno.test("`evictions()` gives all of the room to what is larger, unless something is pinned", () => {
  const residents = [model("a", 8), model("b", 8)];
  assertEquals(evictions({ ram: 1, vram: 99 }, residents, ROOM), ["a", "b"]);
  const pinned = [model("a", 8), model("b", 8, { pinned: true })];
  assertEquals(evictions({ ram: 1, vram: 99 }, pinned, ROOM), null);
  assertEquals(evictions({ ram: 1, vram: 16 }, pinned, ROOM), ["a"]);
});

const memory = fc.record({ ram: fc.nat(12), vram: fc.nat(12) });
const residents = fc.array(
  fc.record({ memory, lastUsed: fc.nat(5), pinned: fc.boolean() }),
  { maxLength: 6 },
).map((all) => all.map((each, i) => ({ id: `m${i}`, ...each })));
const room = fc.record({
  memory: fc.record({ ram: fc.nat(30), vram: fc.nat(30) }),
  most: fc.integer({ min: 1, max: 6 }),
});

function fits(wanted: Memory, staying: readonly Resident[], { memory, most }: Room): boolean {
  const all = [wanted, ...staying.map((each) => each.memory)];
  const sum = (kind: keyof Memory) => all.reduce((total, each) => total + each[kind], 0);
  return staying.length < most && sum("ram") <= memory.ram && sum("vram") <= memory.vram;
}

Deno.test("`evictions()` makes room, with none too many, and never takes a pinned one", () => {
  fc.assert(fc.property(memory, residents, room, (wanted, residents, room) => {
    const going = evictions(wanted, residents, room);
    const pinned = residents.filter((each) => each.pinned);
    if (going === null) {
      assert(pinned.length > 0 && !fits(wanted, pinned, room));
      return;
    }
    const gone = new Set(going);
    assertEquals(gone.size, going.length);
    assert(pinned.every(({ id }) => !gone.has(id)));
    const staying = residents.filter(({ id }) => !gone.has(id));
    assert(staying.length === 0 || fits(wanted, staying, room));
    if (!fits(wanted, [], room)) return assertEquals(staying, []);
    for (const each of residents.filter(({ id }) => gone.has(id))) {
      assert(!fits(wanted, [...staying, each], room), `${each.id} went without need`);
    }
  }));
});
