/**
 * Types of the deno-std modules in the import map: the npm package ships JavaScript only.
 * Declared is what Chaski uses; the names and shapes are those of the modules themselves.
 */

declare module "@std/assert" {
  /** Any class, also an abstract one: what `instanceof` accepts. */
  type AnyClass<T> = abstract new (...args: never[]) => T;

  export class AssertionError extends Error {}
  export function assert(value: unknown, message?: string): asserts value;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T>;
  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertStringIncludes(actual: string, expected: string, message?: string): void;
  export function assertInstanceOf<T>(
    actual: unknown,
    expected: AnyClass<T>,
    message?: string,
  ): asserts actual is T;
  export function assertGreater<T>(actual: T, expected: T, message?: string): void;
  export function assertLess<T>(actual: T, expected: T, message?: string): void;
  export function assertThrows(act: () => unknown, message?: string): unknown;
  export function assertThrows<E extends Error>(
    act: () => unknown,
    expected: AnyClass<E>,
    includes?: string,
    message?: string,
  ): E;
  export function assertRejects(
    act: () => PromiseLike<unknown>,
    message?: string,
  ): Promise<unknown>;
  export function assertRejects<E extends Error>(
    act: () => PromiseLike<unknown>,
    expected: AnyClass<E>,
    includes?: string,
    message?: string,
  ): Promise<E>;
  export function fail(message?: string): never;
}

declare module "@std/streams/limited-bytes-transform-stream" {
  /** Ends the stream before the chunk that would pass `size`; with `error`, a RangeError instead. */
  export class LimitedBytesTransformStream
    extends TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    constructor(size: number, options?: { error?: boolean });
  }
}

declare module "@std/streams/to-bytes" {
  export function toBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>>;
}

declare module "@std/toml" {
  /** Throws a SyntaxError `Parse error on line N, column M: …`; the table has a null prototype. */
  export function parse(text: string): Record<string, unknown>;
}
