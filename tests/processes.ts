/** Looks at processes that are not the test's own children. */

/** Whether it still runs; what has ended and was not waited for does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const state = Deno.build.os === "linux" ? await stateOnLinux(pid) : await stateByPs(pid);
  return /^[^ZX]/.test(state);
}

async function stateOnLinux(pid: number): Promise<string> {
  try {
    const text = await Deno.readTextFile(`/proc/${pid}/stat`);
    return text.slice(text.lastIndexOf(")") + 1).trim();
  } catch {
    return "";
  }
}

async function stateByPs(pid: number): Promise<string> {
  const args = ["-o", "stat=", "-p", String(pid)];
  const { stdout } = await new Deno.Command("ps", { args }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** Waits for its end; false when it still runs after `limitMs`. */
export async function endsWithin(pid: number, limitMs: number): Promise<boolean> {
  for (const start = performance.now(); performance.now() - start < limitMs;) {
    if (!await isRunning(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
