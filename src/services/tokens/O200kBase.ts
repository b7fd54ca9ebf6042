import * as tokenizer from "gpt-tokenizer/encoding/o200k_base"

/** Counts tokens of OpenAI's models from GPT-4o on. The build puts the table into this module's file. */
export const countTokens: (text: string, options: { readonly disallowedSpecial: Set<string> }) => number =
  tokenizer.countTokens
