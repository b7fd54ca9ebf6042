import type { RequestCost, Reservation } from "../../src/domain/model/Spending.js"

/** A cost of so many tokens, all of them input. */
export const tokensOnly = (tokens: number, given: Partial<RequestCost> = {}): RequestCost => ({
  inputTokens: tokens,
  outputTokens: 0,
  money: null,
  ...given
})

/** A reservation of so many tokens. */
export const reservation = (
  id: string,
  pass: string,
  tokens: number,
  given: Partial<Reservation> = {}
): Reservation => ({
  id,
  pass,
  model: "openai:gpt-5-mini",
  project: "/home/ada/projects/ferry",
  worst: tokensOnly(tokens),
  ...given
})
