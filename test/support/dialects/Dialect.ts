import type { Api } from "../../../src/domain/model/Api.js"
import type { Call, Reply, Script, SeenRequest } from "../responsesServer.js"

/** What a server with one API says, so that one list of tests holds for all of them. */
export interface Dialect {
  readonly api: Api
  /** The path that it is asked at. */
  readonly path: string
  /** What an empty base URL is followed by: OpenAI's has the version in it, Anthropic's does not. */
  readonly base: (url: string) => string
  readonly ok: (text: string, options?: Partial<Reply>) => Script
  /** A whole answer, with whatever is to be said of its cost. */
  readonly costing: (text: string, usage: unknown) => Script
  /** The cost of a request in the API's own names; a total where the API has one. */
  readonly usage: (input: unknown, output: unknown, total?: unknown) => Readonly<Record<string, unknown>>
  /** The cost of a request of which a part was read from the cache. */
  readonly cachedUsage: (input: number, cached: number, output: number) => Readonly<Record<string, unknown>>
  readonly refusal: Script
  readonly incomplete: Script
  /** An error in the midst of the stream. */
  readonly failedWith: (code: string, message: string) => Script
  /** An error before the stream, as the vendor words it. */
  readonly status: (
    status: number,
    error: { readonly message: string; readonly type?: string; readonly code?: string },
    headers?: Readonly<Record<string, string>>
  ) => Script
  readonly tooLong: Script
  /** Ends before the answer does. */
  readonly cut: (text: string) => Script
  /** Breaks in the middle of a frame. */
  readonly reset: (text: string) => Script
  /** Something that never ends, in the API's own events. */
  readonly endless: Script
  /** A turn of an agent that calls tools. */
  readonly calling: (...calls: ReadonlyArray<Call>) => Script
  /** What the tools said to the calls of the turn before, in order. */
  readonly toolOutputs: (request: SeenRequest) => ReadonlyArray<string>
}

/** Breaks a whole answer off in the middle of a frame. */
export const brokenOff =
  (script: Script): Script =>
  (request, index) => {
    const { body } = script(request, index)
    return { body: body.slice(0, Math.floor(body.length / 2) + 3), end: "reset" }
  }

/** The objects of a list, whatever else is in it. */
export const objectsIn = (list: unknown): ReadonlyArray<Record<string, unknown>> =>
  Array.isArray(list) ? list.filter((one) => typeof one === "object" && one !== null) : []
