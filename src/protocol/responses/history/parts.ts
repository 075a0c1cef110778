/**
 * Content parts of Responses items, as clients send them.
 */
import { z } from "zod";
import { chosen, tagged } from "../../tagged.ts";

const text = z.string().nullish();

const inputImage = z.object({
  type: z.literal("input_image"),
  image_url: chosen<string | { url: string }>((value) =>
    typeof value === "string" ? null : z.looseObject({ url: z.string() })
  ).nullish(),
  file_id: text,
});

const inputFile = z.object({
  type: z.literal("input_file"),
  file_data: text,
  file_id: text,
  file_url: text,
  filename: text,
});

/** A known part must fit; a part of an unknown type passes (clients grow new ones). */
export const part = tagged({
  input_text: z.object({ type: z.literal("input_text"), text: z.string() }),
  output_text: z.object({ type: z.literal("output_text"), text: z.string() }),
  text: z.object({ type: z.literal("text"), text: z.string() }),
  refusal: z.object({ type: z.literal("refusal"), refusal: z.string() }),
  input_image: inputImage,
  input_file: inputFile,
});

/** One part of a message or of a tool's output. */
export type Part = z.output<typeof part>;
export type InputImage = z.output<typeof inputImage>;
export type InputFile = z.output<typeof inputFile>;

const parts = z.array(part, { error: "expected string or array of content parts" });

/** Content in either form: plain text, or a list of parts. */
export const content = chosen<string | Part[]>((value) => typeof value === "string" ? null : parts);

/** Tells an image part from the rest. */
export function isInputImage(value: Part): value is InputImage {
  return value.type === "input_image";
}

/** Tells a file part from the rest. */
export function isInputFile(value: Part): value is InputFile {
  return value.type === "input_file";
}
