import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { tailBuffer } from "../../src/stream/tail_buffer.ts";
import { utf8 } from "./split.ts";

Deno.test("tailBuffer() remembers the end of what has passed", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{0,40}$/)), (texts) => {
      const tail = tailBuffer(16);
      for (const text of texts) tail.add(utf8(text));
      assertEquals(tail.text(), texts.join("").slice(-16));
    }),
  );
});

Deno.test("tailBuffer() gives characters that lie across its seam", () => {
  const tail = tailBuffer(8);
  tail.add(utf8("abcdefg"));
  tail.add(utf8("é😀"));
  assertEquals(tail.text(), "fgé😀");
});
