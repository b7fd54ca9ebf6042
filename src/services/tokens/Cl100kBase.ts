import * as tokenizer from "gpt-tokenizer/encoding/cl100k_base"

/** Counts tokens of OpenAI's models before GPT-4o. The build puts the table into this module's file. */
export const countTokens: (text: string, options: { readonly disallowedSpecial: Set<string> }) => number =
  tokenizer.countTokens
