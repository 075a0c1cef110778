/** Something in a request that was dropped or replaced; the client and the log are told. */
export interface Note {
  /** A word that a program can look for, like `image_omitted`. */
  code: string;
  /** Where it stood, as a path like `input[3].content[1]`. */
  param: string;
  /** One sentence. */
  message: string;
}
