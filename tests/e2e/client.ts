import { type Template, TEMPLATES } from "../clients/tiny_llama.ts";
import type { OverFake, OverManaged, OverReal } from "./scenario.ts";

/** One row of a client's table: a scenario over one upstream. */
export interface Row {
  readonly name: string;
  /** The template of the real llama-server, or what stands in its place. */
  readonly upstream: Template | "fake" | "managed";
  readonly since: string | null;
  readonly alone: boolean;
  /**
   * Runs the scenario; rejects when anything is not as it should be.
   *
   * @param llamaServer gives the base URL of the real one with this template
   */
  run(version: string, llamaServer: (template: Template) => Promise<string>): Promise<void>;
}

/** A client with its versions and scenarios. What its stages are is its own affair. */
export interface Client {
  readonly name: string;
  readonly versions: readonly string[];
  readonly rows: readonly Row[];
  /** Has a version ready for its scenarios. */
  fetch(version: string): Promise<unknown>;
}

/** What a client is made of. */
interface Parts<Release, Cli, Options, Fake, Real, Managed> {
  readonly name: string;
  readonly releases: readonly Release[];
  readonly scenarios: readonly (
    | OverFake<Fake, Options>
    | OverReal<Real, Options>
    | OverManaged<Managed>
  )[];
  readonly noOptions: Options;
  fetch(release: Release): Promise<Cli>;
  onFakeStage(cli: Cli, options: Options, work: (stage: Fake) => Promise<void>): Promise<void>;
  onRealStage(
    cli: Cli,
    llamaServer: string,
    options: Options,
    work: (stage: Real) => Promise<void>,
  ): Promise<void>;
  onManagedStage(cli: Cli, work: (stage: Managed) => Promise<void>): Promise<void>;
}

/** Puts a client together: after this nobody need know its types. */
export function clientOf<Release extends { version: string }, Cli, Options, Fake, Real, Managed>(
  parts: Parts<Release, Cli, Options, Fake, Real, Managed>,
): Client {
  const { name, releases } = parts;
  const fetched = new Map<string, Promise<Cli>>();
  const fetch = (version: string): Promise<Cli> => {
    const release = releases.find((one) => one.version === version);
    if (release === undefined) throw new Error(`Cannot use ${name} ${version}: it is not pinned`);
    const cli = fetched.get(version) ?? parts.fetch(release);
    fetched.set(version, cli);
    return cli;
  };
  const versions = releases.map(({ version }) => version);
  return { name, versions, rows: rowsOf(parts, fetch), fetch };
}

function rowsOf<Release, Cli, Options, Fake, Real, Managed>(
  parts: Parts<Release, Cli, Options, Fake, Real, Managed>,
  fetch: (version: string) => Promise<Cli>,
): Row[] {
  const { scenarios, noOptions, onFakeStage, onRealStage, onManagedStage } = parts;
  return scenarios.flatMap((scenario): Row[] => {
    const { name, since = null, alone = false } = scenario;
    const described = { name, since, alone };
    if (scenario.upstream === "managed") {
      const run = async (version: string) => onManagedStage(await fetch(version), scenario.run);
      return [{ ...described, upstream: "managed", run }];
    }
    const { options = noOptions } = scenario;
    if (scenario.upstream === "fake") {
      const run = async (version: string) =>
        onFakeStage(await fetch(version), options, scenario.run);
      return [{ ...described, upstream: "fake", run }];
    }
    return (scenario.templates ?? TEMPLATES).map((template): Row => ({
      ...described,
      upstream: template,
      run: async (version, llamaServer) => {
        const [cli, llama] = [await fetch(version), await llamaServer(template)];
        await onRealStage(cli, llama, options, scenario.run);
      },
    }));
  });
}
