/**
 * Raised when a development tool cannot be obtained or started. The message is a whole sentence for
 * the reader at the terminal: what failed and, where there is one, the command that helps.
 */
export class ToolError extends Error {
  override readonly name = "ToolError";
}
