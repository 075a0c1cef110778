/** What a person at a terminal needs first: where it is, how to try it, how to point Codex at it. */

export function banner(
  { url, keyed, version }: { url: string; keyed: boolean; version: string },
): string {
  const header = keyed ? ` -H "Authorization: Bearer $CHASKI_API_KEY"` : "";
  return `
  Chaski ${version}   base URL ${url}/v1

  try it   curl ${url}/v1/responses${header} \\
             -H 'Content-Type: application/json' -d '{"input":"Hello","stream":true}'
  Codex    codex -c model_provider=chaski \\
             -c 'model_providers.chaski={name="Chaski",base_url="${url}/v1",wire_api="responses"${
    keyed ? ',env_key="CHASKI_API_KEY"' : ""
  }}'

`;
}
