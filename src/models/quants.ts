/** Labels of quantisations: in file names, by llama.cpp's numbers, and which is to be preferred. Pure. */

/** By llama.cpp's number of a file type. */
const BY_FILE_TYPE: Readonly<Record<number, string>> = {
  0: "F32",
  1: "F16",
  2: "Q4_0",
  3: "Q4_1",
  7: "Q8_0",
  8: "Q5_0",
  9: "Q5_1",
  10: "Q2_K",
  11: "Q3_K_S",
  12: "Q3_K_M",
  13: "Q3_K_L",
  14: "Q4_K_S",
  15: "Q4_K_M",
  16: "Q5_K_S",
  17: "Q5_K_M",
  18: "Q6_K",
  19: "IQ2_XXS",
  20: "IQ2_XS",
  21: "Q2_K_S",
  22: "IQ3_XS",
  23: "IQ3_XXS",
  24: "IQ1_S",
  25: "IQ4_NL",
  26: "IQ3_S",
  27: "IQ3_M",
  28: "IQ2_S",
  29: "IQ2_M",
  30: "IQ4_XS",
  31: "IQ1_M",
  32: "BF16",
  36: "TQ1_0",
  37: "TQ2_0",
  38: "MXFP4",
  39: "NVFP4",
  40: "Q1_0",
  41: "Q2_0",
};

/** Set where the number was guessed from the tensors. */
const GUESSED = 1024;

const LABEL = new RegExp(
  "(?<=^|[-._ ])(?:UD-)?" +
    "(?:(?:MX|NV)FP\\d(?:_MOE)?|IQ\\d_[A-Z]{1,3}|TQ\\d_\\d|Q\\d_K(?:_[A-Z]{1,3})?|Q\\d_\\d(?:_\\d)*" +
    "|BF16|FP?16|FP?32)(?=$|[-._ ])",
  "gi",
);

/** The label of llama.cpp's file type, or null for one that is not known. */
export function quantOfFileType(fileType: number | null): string | null {
  return fileType === null ? null : BY_FILE_TYPE[fileType % GUESSED] ?? null;
}

/**
 * Parts the last label in a name (without `.gguf`) from what is around it: `Qwen3-8B-UD-Q4_K_XL` is
 * `Qwen3-8B` and `UD-Q4_K_XL`.
 */
export function partQuant(name: string): { rest: string; quant: string | null } {
  const found = [...name.matchAll(LABEL)].at(-1);
  if (!found) return { rest: name, quant: null };
  const before = name.slice(0, found.index).replace(/[-._ ]+$/, "");
  const quant = found[0].toUpperCase().replace(/^FP(?=16|32)/, "F").replace(/_MOE$/, "");
  return { rest: before + name.slice(found.index + found[0].length), quant };
}

/** Bits a weight, from the best compromise of quality and size to the worst. */
const BITS = [4, 5, 6, 8, 3, 16, 2, 32, 1];

/** Sorts labels: what to take where nobody said which comes first; no label comes last. */
export function compareQuants(a: string | null, b: string | null): number {
  const [left, right] = [rank(a), rank(b)];
  const at = left.findIndex((value, i) => value !== right[i]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** Bits, then Unsloth's own kind, K before the others, large before small. */
function rank(label: string | null): readonly number[] {
  if (label === null) return [BITS.length];
  const bits = BITS.indexOf(Number(/\d+/.exec(label)?.[0]));
  const sizes = ["XL", "L", "M", "S", "XS", "XXS"];
  const size = sizes.indexOf(label.split("_").at(-1) ?? "");
  return [
    bits < 0 ? BITS.length : bits,
    label.startsWith("UD-") ? 0 : 1,
    /FP4|_K|^F/.test(label) ? 0 : /IQ|TQ/.test(label) ? 2 : 1,
    size < 0 ? sizes.length : size,
  ];
}
