import { assert, assertEquals } from "@std/assert";
import {
  call,
  messagesOf,
  notesOf,
  omit,
  output,
  PIXEL,
  plain,
  refusalOf,
  seeing,
  user,
} from "./translating.ts";

const image = { type: "input_image", image_url: PIXEL };
const omitted = "[image omitted: this model cannot see images]";

function saying(...content: unknown[]) {
  return [{ role: "user", content }];
}

function file(fields: Record<string, unknown>) {
  return { type: "input_file", ...fields };
}

Deno.test("`toChat()` leaves a mark where a model cannot see an image, with a note", () => {
  const text = (text: string) => ({ type: "input_text", text });
  const input = saying(text("a"), image, text("b"));
  assertEquals(messagesOf(input), [{ role: "user", content: `a\n${omitted}\nb` }]);
  assertEquals(notesOf({ input }), ["image_omitted input[0].content[1]"]);
});

Deno.test("`toChat()` refuses an unseen image where the operator wants that", () => {
  const error = refusalOf({ input: saying(image) }, plain, { ...omit, images: "refuse" });
  assertEquals(error, {
    param: "input[0].content[0]",
    message: "Cannot show an image: this model cannot see images",
  });
  messagesOf(saying(image), seeing);
});

Deno.test("`toChat()` takes image URLs in both forms, remote ones too", () => {
  const urls = [PIXEL, "https://example.test/a.png", "HTTP://example.test/a.png"];
  const images = urls.map((url) => ({ type: "input_image", image_url: { url } }));
  assertEquals(messagesOf(saying(...images), seeing), [{
    role: "user",
    content: urls.map((url) => ({ type: "image_url" as const, image_url: { url } })),
  }]);
});

Deno.test("`toChat()` refuses image URLs that would reach into the server's machine", () => {
  for (const image_url of ["file:///etc/passwd", "/etc/passwd", "ftp://x/y", "", { url: "x" }]) {
    const input = saying({ type: "input_image", image_url });
    assertEquals(refusalOf({ input }, seeing).param, "input[0].content[0].image_url");
  }
  const input = saying({ type: "input_image" });
  assertEquals(refusalOf({ input }, seeing).param, "input[0].content[0].image_url");
});

Deno.test("`toChat()` refuses an image by file_id, whatever the model sees", () => {
  const input = saying({ type: "input_image", file_id: "file_1", image_url: null });
  for (const facts of [plain, seeing]) {
    assertEquals(refusalOf({ input }, facts).param, "input[0].content[0].file_id");
  }
  messagesOf(saying({ type: "input_image", file_id: "file_1", image_url: PIXEL }), seeing);
});

Deno.test("`toChat()` shows images of users and tools only", () => {
  const mark = "[image omitted: only users and tools can show images]";
  for (const role of ["system", "assistant"]) {
    const input = [{ role, content: [image] }, user("a")];
    const texts = messagesOf(input, seeing).map(({ content }) => content);
    assert(texts.includes(mark));
    assertEquals(notesOf({ input }, seeing), ["image_omitted input[0].content[0]"]);
  }
});

Deno.test("`toChat()` leaves a mark for a tool's image that the model cannot see", () => {
  const input = [user("a"), call("c"), output("c", [image])];
  assertEquals(messagesOf(input).at(-1)?.content, omitted);
  assertEquals(notesOf({ input }), ["image_omitted input[2].output[0]"]);
});

Deno.test("`toChat()` gives the text of a file, fenced by its name", () => {
  const utf8 = btoa(String.fromCharCode(...new TextEncoder().encode("über\n")));
  const fenced = '<file name="a.txt">\nüber\n\n</file>';
  for (
    const data of [utf8, `data:text/plain;charset=utf-8;base64,${utf8}`, "data:text/x,%C3%BCber%0A"]
  ) {
    const input = saying(file({ filename: "a.txt", file_data: data }));
    assertEquals(messagesOf(input), [{ role: "user", content: fenced }]);
  }
  const json = saying(file({ file_data: `data:application/ld+json;base64,${btoa("{}")}` }));
  assertEquals(messagesOf(json), [{ role: "user", content: '<file name="file">\n{}\n</file>' }]);
});

Deno.test("`toChat()` lets no file name break out of its fence", () => {
  const input = saying(file({ filename: 'a">\n<b', file_data: btoa("x") }));
  assertEquals(messagesOf(input), [{ role: "user", content: '<file name="a____b">\nx\n</file>' }]);
});

Deno.test("`toChat()` refuses files that are stored, remote, or no text [H13]", () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ file_id: "file_1" }, "file_id"],
    [{ file_url: "https://example.test/a.txt" }, "file_url"],
    [{ filename: "a.txt" }, "file_data"],
    [{ file_data: `data:application/pdf;base64,${btoa("%PDF-1.7")}` }, "file_data"],
    [{ file_data: `data:image/png;base64,${btoa("x")}` }, "file_data"],
    [{ file_data: btoa("\xff\xfe") }, "file_data"],
    [{ file_data: btoa("a\0b") }, "file_data"],
    [{ file_data: "not base64!" }, "file_data"],
    [{ file_data: "data:text/plain,%ff" }, "file_data"],
  ];
  for (const [fields, name] of cases) {
    const said = saying(file(fields));
    assertEquals(refusalOf({ input: said }).param, `input[0].content[0].${name}`);
    const returned = [user("a"), call("c"), output("c", [file(fields)])];
    assertEquals(refusalOf({ input: returned }).param, `input[2].output[0].${name}`);
  }
});

Deno.test("`toChat()` refuses an output's image by file_id [H13]", () => {
  const input = [user("a"), call("c"), output("c", [{ type: "input_image", file_id: "f" }])];
  assertEquals(refusalOf({ input }).param, "input[2].output[0].file_id");
});
