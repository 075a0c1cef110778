import type { JsonBody } from "./recorder.ts";

interface FunctionTool {
  readonly function: {
    readonly name: string;
    readonly parameters: {
      readonly properties: Record<string, unknown>;
      readonly required: readonly string[];
    };
  };
}

/**
 * An edit for the recorder that leaves one tool, with its required parameters alone. The tiny model
 * knows nothing of what tools are for and picks any of them, with any parameters: this way its call is
 * one that its client can run, while the request and the answer are otherwise the real ones.
 */
export function oneTool(name: string): (body: JsonBody) => JsonBody {
  return (body) => ({
    ...body,
    ...(Array.isArray(body["tools"]) && {
      tools: body["tools"].filter((tool: FunctionTool) => tool.function.name === name)
        .map(withRequiredAlone),
    }),
  });
}

function withRequiredAlone(tool: FunctionTool): FunctionTool {
  const { parameters } = tool.function;
  const properties = Object.fromEntries(
    parameters.required.map((key) => [key, parameters.properties[key]]),
  );
  return {
    ...tool,
    function: { ...tool.function, parameters: { ...parameters, properties } },
  };
}
