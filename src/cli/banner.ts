/** What a person at a terminal needs first: where it is, how to try it, how to point Codex at it. */

export function banner(
  { url, keyed, version }: { url: string; keyed: boolean; version: string },
): string {
  const header = keyed ? ` -H "Authorization: Bearer $CHASKI_API_KEY"` : "";
  // Codex asks for the catalogue only when it has a credential, be it none.
  const credential = keyed ? 'env_key="CHASKI_API_KEY"' : 'experimental_bearer_token="none"';
  // On one line: TOML allows no line break in an inline table.
  const provider = `{name="Chaski",base_url="${url}/v1",wire_api="responses",${credential},` +
    `model_catalog_url="${url}/v1/models"}`;
  return `
  Chaski ${version}   base URL ${url}/v1

  try it   curl ${url}/v1/responses${header} \\
             -H 'Content-Type: application/json' -d '{"input":"Hello","stream":true}'
  models   curl ${url}/v1/models${header}
  Codex    codex -m MODEL -c model_provider=chaski -c 'model_providers.chaski=${provider}'

`;
}
