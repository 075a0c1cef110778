/**
 * Seals: texts that clients keep for Chaski and cannot read or change. AES-256-GCM; what a text is
 * for is part of what is authenticated, so that a thought cannot be passed off as a summary.
 */
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

export interface Seal {
  /** ASCII, a third longer than the text and 50 characters. */
  seal(kind: string, text: string): string;
  /** The text; null for what this key has not sealed for this use. */
  unseal(kind: string, sealed: string): string | null;
}

/** Bytes of a key. */
export const KEY_SIZE = 32;

const CIPHER = "aes-256-gcm";
const NONCE_SIZE = 12;
const TAG_SIZE = 16;
/** Names the form, so that a later one can tell this one apart. */
const PREFIX = "chaski1.";

/** @param key {@linkcode KEY_SIZE} random bytes */
export function sealWith(key: Uint8Array): Seal {
  return {
    seal(kind, text) {
      const nonce = randomBytes(NONCE_SIZE);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(kind));
      const body = [nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()];
      return PREFIX + Buffer.concat(body).toString("base64url");
    },
    unseal(kind, sealed) {
      if (!sealed.startsWith(PREFIX)) return null;
      const bytes = Buffer.from(sealed.slice(PREFIX.length), "base64url");
      if (bytes.length < NONCE_SIZE + TAG_SIZE) return null;
      const tagAt = bytes.length - TAG_SIZE;
      try {
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_SIZE))
          .setAAD(Buffer.from(kind)).setAuthTag(bytes.subarray(tagAt));
        const text = decipher.update(bytes.subarray(NONCE_SIZE, tagAt));
        return Buffer.concat([text, decipher.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}
