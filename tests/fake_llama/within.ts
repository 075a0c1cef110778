/**
 * The promise's value, or an Error that names what did not happen within `ms` milliseconds.
 * The limit is for tests that would hang otherwise; it leaves no timer behind.
 */
export async function within<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Cannot see ${what}: nothing within ${ms} ms`)),
    ms,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
