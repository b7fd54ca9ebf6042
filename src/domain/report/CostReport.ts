import type { BillLine } from "../model/Spending.js"

/** The cost of the requests of one day for one project to one model. */
export interface CostLine {
  readonly day: string
  /** Absolute path; empty for requests before projects were recorded, and after a project was forgotten. */
  readonly project: string
  /** The model with its API; empty for requests before models were recorded. */
  readonly model: string
  readonly requests: number
  readonly inputTokens: number
  /** The part of the input tokens that the server read from its cache. */
  readonly cachedTokens: number
  readonly outputTokens: number
  /** The money in the currency of the prices; null when no request of the line had a known price. */
  readonly cost: number | null
  /** Requests without a known price, which the cost leaves out. */
  readonly unpriced: number
  /** Requests that count with their worst case, since their cost was never reported. */
  readonly atWorst: number
}

/** The cost of the requests on record, the newest day first, and the sums of all lines. */
export interface CostReport {
  readonly lines: ReadonlyArray<CostLine>
  readonly requests: number
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
  readonly cost: number
  readonly unpriced: number
  readonly atWorst: number
}

const millionths = 1_000_000

const sum = (lines: ReadonlyArray<BillLine>, of: (line: BillLine) => number): number =>
  lines.reduce((total, line) => total + of(line), 0)

/** Makes the report of a bill. */
export const costReport = (bill: ReadonlyArray<BillLine>): CostReport => ({
  lines: bill.map(({ money, ...line }) => ({
    ...line,
    cost: line.unpriced === line.requests ? null : money / millionths
  })),
  requests: sum(bill, ({ requests }) => requests),
  inputTokens: sum(bill, ({ inputTokens }) => inputTokens),
  cachedTokens: sum(bill, ({ cachedTokens }) => cachedTokens),
  outputTokens: sum(bill, ({ outputTokens }) => outputTokens),
  cost: sum(bill, ({ money }) => money) / millionths,
  unpriced: sum(bill, ({ unpriced }) => unpriced),
  atWorst: sum(bill, ({ atWorst }) => atWorst)
})
