const PRINTABLE: ReadonlyArray<readonly [from: number, to: number]> = [
  [33, 126],
  [161, 172],
  [174, 255],
];

/** GPT-2's byte-level alphabet: `BYTE_ALPHABET[byte]` is the one character that stands for the byte. */
export const BYTE_ALPHABET: readonly string[] = byteAlphabet();

function byteAlphabet(): string[] {
  let moved = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = PRINTABLE.some(([from, to]) => from <= byte && byte <= to);
    return String.fromCharCode(printable ? byte : 256 + moved++);
  });
}

/** Spells the UTF-8 bytes of a text in the byte-level alphabet. */
export function spell(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => BYTE_ALPHABET[byte]).join("");
}
