import { assertEquals, assertMatch } from "@std/assert";
import { inputIds, responseOfInput } from "../../src/store/input_ids.ts";

Deno.test("inputIds() names items so that their response can be told", () => {
  const response = "resp_0123456789abcdef0123456789abcdef";
  const newId = inputIds(response);
  const ids = Array.from({ length: 70_000 }, () => newId("msg"));
  assertEquals(new Set(ids).size, ids.length);
  for (const id of [ids[0], ids[69_999], newId("fco")]) {
    assertMatch(id ?? "", /^(msg|fco)_[0-9a-f]{38}$/);
    assertEquals(responseOfInput(id ?? ""), response);
  }
});

Deno.test("responseOfInput() is null for what cannot be such an id", () => {
  for (const id of ["", "msg_", "msg_00000", "msg_000000", "000000", "msg_1_zzzzzz", "resp_1"]) {
    assertEquals(responseOfInput(id), null, id);
  }
});
